package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.AttributeCalls;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.protocol.files.Allocate;
import io.sojourn.protocol.files.CopyRange;
import io.sojourn.protocol.files.Create;
import io.sojourn.protocol.files.Link;
import io.sojourn.protocol.files.MakeDirectory;
import io.sojourn.protocol.files.MakeNode;
import io.sojourn.protocol.files.Open;
import io.sojourn.protocol.files.Rename;
import io.sojourn.protocol.files.Request;
import io.sojourn.protocol.files.SetAttributes;
import io.sojourn.protocol.files.SetExtended;
import io.sojourn.protocol.files.Symlink;
import io.sojourn.protocol.files.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Something that a task does to its files, and what others do to them while home has no daemon.
 *
 * @param steps those behind which a daemon may be killed, and nothing shows
 */
record Deed(String name, Set<Steps.Step> steps, Asking asking, Others others) {
  private static final int WRITE_ONLY = 1, READ_WRITE = 2, EXCLUSIVE = 0200, CREATE = 0100;
  private static final int TRUNCATE = 01000, APPEND = 02000;
  private static final int NO_REPLACE = 1, EXCHANGE = 2, COLLAPSE = 0x08, INSERT = 0x20, PUNCH = 3;
  private static final int BLOCK = 4096;

  /** Prepares what there must be, and has the request. */
  interface Asking {
    Request.Builder of(Guest guest, Path root) throws Exception;
  }

  interface Others {
    void act(Path root) throws IOException;
  }

  private static final Others NOBODY = root -> {};

  private static Deed of(String name, Asking asking) {
    return new Deed(name, EnumSet.allOf(Steps.Step.class), asking, NOBODY);
  }

  private static Deed noted(String name, Asking asking, Others others) {
    return new Deed(name, from(Steps.Step.NOTE), asking, others);
  }

  private Deed while_(Others act) {
    return new Deed(name + "-others", steps, asking, act);
  }

  static List<Deed> all() {
    List<Deed> all = new ArrayList<>(names());
    all.addAll(contents());
    return all;
  }

  private static List<Deed> names() {
    Deed rename = of("rename", (guest, root) -> rename(guest, "old", "new", 0, file(root, "old")));
    Deed unlink = of("unlink", (guest, root) -> root(file(root, "old")).setUnlink(bytes("old")));
    return List.of(
        of("create", (guest, root) -> create("made", WRITE_ONLY | CREATE | EXCLUSIVE, 0644)),
        of("create-closed", (guest, root) -> create("made", WRITE_ONLY | CREATE | EXCLUSIVE, 0400)),
        of("create-again", (guest, root) -> create("made", READ_WRITE | CREATE | TRUNCATE, 0600)),
        of(
            "create-there",
            (guest, root) -> {
              file(root, "made");
              return create("made", WRITE_ONLY | CREATE | EXCLUSIVE, 0644);
            }),
        of(
            "symlink",
            (guest, root) ->
                root(root)
                    .setSymlink(
                        Symlink.newBuilder().setName(bytes("made")).setTarget(bytes("to/it")))),
        of("mkdir", (guest, root) -> mkdir("made")),
        of(
            "mkdir-there",
            (guest, root) -> {
              file(root, "made");
              return mkdir("made");
            }),
        of("mkfifo", (guest, root) -> mknod(010600)),
        of("mknod-file", (guest, root) -> mknod(0640)),
        of(
            "link",
            (guest, root) -> {
              file(root, "old");
              Link link =
                  Link.newBuilder().setTarget(look(guest, "old")).setName(bytes("new")).build();
              return root(root).setLink(link);
            }),
        unlink,
        unlink.while_(root -> Files.writeString(root.resolve("old"), "of others")),
        of("unlink-nothing", (guest, root) -> root(root).setUnlink(bytes("old"))),
        of(
            "rmdir",
            (guest, root) -> {
              Files.createDirectory(root.resolve("old"));
              return root(root).setRemoveDirectory(bytes("old"));
            }),
        rename,
        // As of a queue in a directory: whoever waits for the name takes the file away.
        new Deed(
            "rename-taken",
            from(Steps.Step.CALL),
            rename.asking,
            root -> Files.delete(root.resolve("new"))),
        new Deed("rename-again", from(Steps.Step.CALL), rename.asking, root -> file(root, "old")),
        of(
            "rename-over",
            (guest, root) -> {
              Files.writeString(root.resolve("new"), "what was there");
              return rename(guest, "old", "new", 0, file(root, "old"));
            }),
        of(
            "rename-not-over",
            (guest, root) -> rename(guest, "old", "new", NO_REPLACE, file(root, "old"))),
        of(
            "rename-refused",
            (guest, root) -> {
              file(root, "new");
              return rename(guest, "old", "new", NO_REPLACE, file(root, "old"));
            }),
        of(
            "exchange",
            (guest, root) -> {
              Files.writeString(root.resolve("new"), "what was there");
              return rename(guest, "old", "new", EXCHANGE, file(root, "old"));
            }),
        of("nameless", (guest, root) -> create("", READ_WRITE, 0600))
            .at(EnumSet.of(Steps.Step.CALL, Steps.Step.ANSWER)));
  }

  private static List<Deed> contents() {
    Deed append = of("append", (guest, root) -> write(guest, root, APPEND));
    Deed write = noted("write", (guest, root) -> write(guest, root, 0), NOBODY);
    return List.of(
        append,
        append.while_(root -> append(root, "a line of others\n")),
        write.at(from(Steps.Step.CALL)),
        write.while_(root -> put(root, "of others")),
        noted(
            "truncate",
            (guest, root) -> {
              file(root, "file");
              return root(root)
                  .setNode(look(guest, "file"))
                  .setSetAttributes(SetAttributes.newBuilder().setSize(3));
            },
            root -> append(root, "a line of others\n")),
        noted(
                "open-truncate",
                (guest, root) -> {
                  file(root, "file");
                  return root(root)
                      .setNode(look(guest, "file"))
                      .setOpen(Open.newBuilder().setFlags(WRITE_ONLY | TRUNCATE));
                },
                root -> append(root, "a line of others\n"))
            .at(from(Steps.Step.ANSWER)),
        of("punch", (guest, root) -> allocate(guest, root, PUNCH)).at(from(Steps.Step.CALL)),
        of("collapse", (guest, root) -> allocate(guest, root, COLLAPSE)),
        of("insert", (guest, root) -> allocate(guest, root, INSERT)),
        of("copy", Deed::copy),
        of("set-attribute", (guest, root) -> attribute(guest, root, 1)),
        of("replace-attribute", Deed::replace).at(from(Steps.Step.CALL)),
        of(
            "set-attribute-there",
            (guest, root) -> {
              attribute(file(root, "file"));
              return attribute(guest, root, 1);
            }),
        of("remove-attribute", Deed::remove));
  }

  private static Set<Steps.Step> from(Steps.Step step) {
    return EnumSet.range(step, Steps.Step.ANSWER);
  }

  private Deed at(Set<Steps.Step> some) {
    return new Deed(name, some, asking, others);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static Request.Builder root(Path ready) {
    return Request.newBuilder().setNode(1);
  }

  private static Path file(Path root, String name) throws IOException {
    return owned(Files.writeString(root.resolve(name), "what is in " + name));
  }

  private static Path owned(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", HomeToKill.USER);
    return file;
  }

  private static void append(Path root, String text) throws IOException {
    Files.writeString(root.resolve("file"), text, StandardOpenOption.APPEND);
  }

  private static void put(Path root, String text) throws IOException {
    Files.writeString(root.resolve("file"), text, StandardOpenOption.WRITE);
  }

  private static long look(Guest guest, String name) throws Exception {
    return guest.ask(Request.newBuilder().setNode(1).setLookup(bytes(name))).getEntry().getNode();
  }

  private static long open(Guest guest, long node, int flags) throws Exception {
    return guest
        .ask(Request.newBuilder().setNode(node).setOpen(Open.newBuilder().setFlags(flags)))
        .getHandle()
        .getHandle();
  }

  private static Request.Builder create(String name, int flags, int mode) {
    return Request.newBuilder()
        .setNode(1)
        .setCreate(Create.newBuilder().setName(bytes(name)).setFlags(flags).setMode(mode));
  }

  private static Request.Builder mkdir(String name) {
    return Request.newBuilder()
        .setNode(1)
        .setMakeDirectory(MakeDirectory.newBuilder().setName(bytes(name)).setMode(0750));
  }

  private static Request.Builder mknod(int mode) {
    return Request.newBuilder()
        .setNode(1)
        .setMakeNode(MakeNode.newBuilder().setName(bytes("made")).setMode(mode));
  }

  private static Request.Builder rename(Guest guest, String from, String to, int flags, Path ready)
      throws Exception {
    // It has another name then, and is the same file to the guest.
    guest.knows(look(guest, from));
    return Request.newBuilder()
        .setNode(1)
        .setRename(
            Rename.newBuilder()
                .setName(bytes(from))
                .setNewDirectory(1)
                .setNewName(bytes(to))
                .setFlags(flags));
  }

  private static Request.Builder write(Guest guest, Path root, int flags) throws Exception {
    file(root, "file");
    long node = look(guest, "file");
    return Request.newBuilder()
        .setNode(node)
        .setWrite(
            Write.newBuilder()
                .setHandle(open(guest, node, WRITE_ONLY))
                .setData(bytes("a line of the task's own\n"))
                .setFlags(flags));
  }

  private static Request.Builder allocate(Guest guest, Path root, int mode) throws Exception {
    Path file = owned(Files.write(root.resolve("file"), new byte[3 * BLOCK]));
    try (var to = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      to.position(BLOCK).write(java.nio.ByteBuffer.wrap("in the second block".getBytes("UTF-8")));
    }
    long node = look(guest, "file");
    return Request.newBuilder()
        .setNode(node)
        .setAllocate(
            Allocate.newBuilder()
                .setHandle(open(guest, node, READ_WRITE))
                .setMode(mode)
                .setLength(BLOCK));
  }

  /** To the file's own end, as far as it goes. */
  private static Request.Builder copy(Guest guest, Path root) throws Exception {
    long size = Files.size(file(root, "file")), node = look(guest, "file");
    long in = open(guest, node, READ_WRITE), out = open(guest, node, READ_WRITE);
    CopyRange copy =
        CopyRange.newBuilder()
            .setHandle(in)
            .setToHandle(out)
            .setToOffset(size)
            .setLength(1000)
            .build();
    return Request.newBuilder().setNode(node).setCopyRange(copy);
  }

  private static void attribute(Path file) throws IOException {
    int fd = FileCalls.open(file.toString(), 0);
    if (AttributeCalls.set(fd, "user.x".getBytes("UTF-8"), "was".getBytes("UTF-8"), 0) != 0)
      throw new IOException("no attributes here");
    FileCalls.close(fd);
  }

  private static Request.Builder attribute(Guest guest, Path root, int flags) throws Exception {
    if (!Files.exists(root.resolve("file"))) file(root, "file");
    return Request.newBuilder()
        .setNode(look(guest, "file"))
        .setSetExtended(
            SetExtended.newBuilder()
                .setName(bytes("user.x"))
                .setValue(bytes("is"))
                .setFlags(flags));
  }

  private static Request.Builder replace(Guest guest, Path root) throws Exception {
    attribute(file(root, "file"));
    return attribute(guest, root, 2);
  }

  private static Request.Builder remove(Guest guest, Path root) throws Exception {
    attribute(file(root, "file"));
    return Request.newBuilder().setNode(look(guest, "file")).setRemoveExtended(bytes("user.x"));
  }
}
