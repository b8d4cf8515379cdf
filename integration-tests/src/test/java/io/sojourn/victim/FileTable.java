package io.sojourn.victim;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Does what Java can do with files in the directory it is asked for; tells what came of each. */
public final class FileTable {
  private interface Call {
    Object call() throws Exception;
  }

  private final List<String> lines = new ArrayList<>();
  private final Path place;

  private FileTable(Path place) {
    this.place = place;
  }

  public static void main(String[] args) throws Exception {
    Control.serve(question -> new FileTable(Path.of(question)).all());
  }

  private void say(String what, Call call) {
    String outcome;
    try {
      outcome = String.valueOf(call.call());
    } catch (Exception failed) {
      outcome = failed.toString();
    }
    lines.add(what + ": " + outcome.replace(place.toString(), "PLACE"));
  }

  private Path at(String name) {
    return place.resolve(name);
  }

  private String all() throws Exception {
    Files.createDirectory(place);
    names();
    contents();
    attributes();
    locks();
    return String.join("\n", lines);
  }

  private void names() {
    say("read what is not there", () -> Files.readString(at("none")));
    say("write", () -> Files.writeString(at("a"), "content"));
    say("create what is there", () -> Files.createFile(at("a")));
    say("list a file", () -> Files.newDirectoryStream(at("a")));
    say("below a file", () -> Files.readString(at("a/b")));
    say("make a directory", () -> Files.createDirectory(at("d")));
    say("once more", () -> Files.createDirectory(at("d")));
    say("read a directory", () -> Files.readString(at("d")));
    say("write in it", () -> Files.writeString(at("d/one"), "1"));
    say("delete what is not empty", () -> delete("d"));
    say("link", () -> Files.createLink(at("hard"), at("a")));
    say("links", () -> Files.getAttribute(at("a"), "unix:nlink"));
    say("symbolic link", () -> Files.createSymbolicLink(at("soft"), Path.of("a")));
    say("through it", () -> Files.readString(at("soft")));
    say("where it leads", () -> Files.readSymbolicLink(at("soft")));
    say("a loop", () -> Files.createSymbolicLink(at("loop"), Path.of("loop")));
    say("through that", () -> Files.readString(at("loop")));
    say("move", () -> Files.move(at("hard"), at("moved")));
    say("move onto", () -> Files.move(at("moved"), at("a")));
    say("replace", () -> Files.move(at("moved"), at("b"), StandardCopyOption.ATOMIC_MOVE));
    say("file onto directory", () -> Files.move(at("b"), at("d"), StandardCopyOption.ATOMIC_MOVE));
    say("copy", () -> Files.copy(at("a"), at("copy"), StandardCopyOption.COPY_ATTRIBUTES));
    say("same", () -> Files.isSameFile(at("a"), at("soft")));
    say("a long name", () -> Files.createFile(at("n".repeat(256))));
    say("names", this::list);
    say("real path", () -> at("soft").toRealPath());
  }

  private Object delete(String name) throws Exception {
    Files.delete(at(name));
    return "deleted";
  }

  private TreeSet<String> list() throws Exception {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(place)) {
      all.forEach(one -> names.add(one.getFileName().toString()));
    }
    return names;
  }

  private void contents() throws Exception {
    try (FileChannel file =
        FileChannel.open(
            at("data"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      say("write at", () -> file.write(ByteBuffer.wrap("far".getBytes()), 100_000));
      say("size", file::size);
      say("read a hole", () -> file.read(ByteBuffer.allocate(10), 50));
      say("read behind", () -> file.read(ByteBuffer.allocate(10), 200_000));
      say("truncate", () -> file.truncate(50_000).size());
      say("negative", () -> file.read(ByteBuffer.allocate(1), -1));
      MappedByteBuffer map = file.map(MapMode.READ_WRITE, 0, 60_000);
      say("size as mapped", file::size);
      map.put(55_000, (byte) 7);
      say("seen by read", () -> read(file, 55_000));
      file.write(ByteBuffer.wrap(new byte[] {9}), 55_001);
      say("seen by the mapping", () -> map.get(55_001));
      say("force", () -> map.force().get(55_000));
      say(
          "transfer",
          () -> Files.copy(at("data"), at("data2"), StandardCopyOption.REPLACE_EXISTING));
      say("mismatch", () -> Files.mismatch(at("data"), at("data2")));
      say("delete while open", () -> delete("data"));
      say("write on", () -> file.write(ByteBuffer.wrap(new byte[10]), 0));
      say("is gone", () -> Files.exists(at("data")));
    }
    say(
        "append",
        () ->
            Files.writeString(
                at("log"), "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    say("append more", () -> Files.writeString(at("log"), "y", StandardOpenOption.APPEND));
    say("all", () -> Files.readString(at("log")));
    say("write to a reader", () -> FileChannel.open(at("log")).write(ByteBuffer.allocate(1)));
    say("sync", () -> Files.writeString(at("log"), "z", StandardOpenOption.SYNC));
  }

  private static byte read(FileChannel file, long offset) throws Exception {
    ByteBuffer one = ByteBuffer.allocate(1);
    file.read(one, offset);
    return one.get(0);
  }

  private void attributes() {
    say("permissions", () -> Files.getPosixFilePermissions(at("a")));
    say(
        "set them",
        () -> Files.setPosixFilePermissions(at("a"), PosixFilePermissions.fromString("r--r-x---")));
    say("mode", () -> Files.getAttribute(at("a"), "unix:mode"));
    say("set a time", () -> Files.setLastModifiedTime(at("a"), FileTime.fromMillis(1_234_567)));
    say("time", () -> Files.getLastModifiedTime(at("a")));
    say("of a link", () -> Files.getOwner(at("soft"), LinkOption.NOFOLLOW_LINKS));
    say("owner", () -> Files.getAttribute(at("a"), "unix:uid"));
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(at("b"), UserDefinedFileAttributeView.class);
    say("extended", () -> view.write("key", ByteBuffer.wrap("value".getBytes())));
    say("their names", view::list);
    say("value", () -> view.size("key"));
    say("none", () -> view.size("other"));
    say("store", () -> Files.getFileStore(at("a")).getBlockSize());
    say("may be read", () -> Files.isReadable(at("a")) + " " + Files.isExecutable(at("a")));
  }

  private void locks() throws Exception {
    try (RandomAccessFile one = new RandomAccessFile(at("lock").toFile(), "rw");
        RandomAccessFile two = new RandomAccessFile(at("lock").toFile(), "rw")) {
      say("lock", () -> one.getChannel().lock(0, 10, false).isValid());
      say("lock shared", () -> one.getChannel().lock(20, 10, true).isShared());
      say("overlapping", () -> two.getChannel().tryLock(5, 10, false));
      say("beside", () -> two.getChannel().tryLock(40, 10, false).isValid());
    }
  }
}
