package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.files.Opening;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a guest knows and has open of home's files, written down as it changes: so the next daemon
 * can serve it when this one dies. A line each, to a file on a tmpfs; made short again when it has
 * grown.
 */
final class FileLedger implements AutoCloseable {
  private static final int LONG = 10_000;

  /** A file that the guest knows, by where it was found. */
  record Known(long id, long parent, long device, long inode, ByteString name) {
    private String line() {
      return "N " + words();
    }

    private String words() {
      return "%d %d %d %d %s\n".formatted(id, parent, device, inode, hex(name));
    }
  }

  /** A file that the guest has open. */
  record Opened(long id, long node, int flags) {
    private String line() {
      return "H %d %d %d\n".formatted(id, node, flags);
    }
  }

  private final Path file;
  private final String session;
  private final Map<Long, Known> nodes = new LinkedHashMap<>();
  private final Map<Long, Known> renamed = new HashMap<>();
  private final Map<Long, Opened> handles = new LinkedHashMap<>();
  private @Nullable FileChannel channel;
  private int lines;

  private FileLedger(Path file, String session) {
    this.file = file;
    this.session = session;
  }

  static FileLedger begin(Path directory, Opening opening) {
    return new FileLedger(directory.resolve(opening.getTask()), session(opening)).rewritten();
  }

  /** What an earlier daemon wrote of this session; null where that is none. */
  static @Nullable FileLedger read(Path directory, Opening opening) {
    FileLedger ledger = new FileLedger(directory.resolve(opening.getTask()), session(opening));
    try {
      boolean same = false;
      for (String line : Files.readAllLines(ledger.file, StandardCharsets.US_ASCII)) {
        if (line.equals(ledger.session)) same = true;
        else ledger.take(line.split(" ", -1));
      }
      return same ? ledger.rewritten() : null;
    } catch (IOException none) {
      return null;
    }
  }

  private static String session(Opening opening) {
    return "S " + opening.getIncarnation() + " " + hex(opening.getSession());
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** The last line may be half of one. */
  private void take(String[] words) {
    try {
      switch (words[0]) {
        case "N" -> {
          Known known = known(words);
          // Its parent may have come later than it, by a rename: order is that of the last word.
          nodes.remove(known.id());
          renamed.remove(known.id());
          nodes.put(known.id(), known);
        }
        case "M" -> {
          Known known = known(words);
          renamed.put(known.id(), known);
        }
        case "H" -> {
          long id = Long.parseLong(words[1]);
          handles.put(id, new Opened(id, Long.parseLong(words[2]), Integer.parseInt(words[3])));
        }
        case "F" -> nodes.remove(Long.parseLong(words[1]));
        case "R" -> handles.remove(Long.parseLong(words[1]));
        default -> {}
      }
    } catch (RuntimeException half) {
      // Nobody was told of what it says.
    }
  }

  private static Known known(String[] words) {
    ByteString name = ByteString.copyFrom(HexFormat.of().parseHex(words[5]));
    long id = Long.parseLong(words[1]), parent = Long.parseLong(words[2]);
    long device = Long.parseLong(words[3]), inode = Long.parseLong(words[4]);
    return new Known(id, parent, device, inode, name);
  }

  synchronized Map<Long, Known> nodes() {
    return new LinkedHashMap<>(nodes);
  }

  /** Where those may be that were being renamed. */
  synchronized Map<Long, Known> renamed() {
    return new HashMap<>(renamed);
  }

  synchronized Map<Long, Opened> handles() {
    return new LinkedHashMap<>(handles);
  }

  private static Known known(Node node, Node parent, ByteString name) {
    Node.Key key = node.key();
    return new Known(node.id(), parent.id(), key.device(), key.inode(), name);
  }

  /** It is about to be renamed to this. */
  synchronized void mayBe(Node node, Node parent, ByteString name) {
    Known known = known(node, parent, name);
    renamed.put(node.id(), known);
    write("M " + known.words());
  }

  synchronized void knows(Node node, Node parent, ByteString name) {
    Known known = known(node, parent, name);
    renamed.remove(node.id());
    if (known.equals(nodes.remove(node.id()))) {
      nodes.put(node.id(), known);
      return;
    }
    nodes.put(node.id(), known);
    write(known.line());
  }

  synchronized void forgets(long node) {
    renamed.remove(node);
    if (nodes.remove(node) != null) write("F " + node + "\n");
  }

  synchronized void opens(Handle handle) {
    Opened opened = new Opened(handle.id(), handle.node().id(), handle.flags());
    handles.put(handle.id(), opened);
    write(opened.line());
  }

  synchronized void releases(long handle) {
    if (handles.remove(handle) != null) write("R " + handle + "\n");
  }

  private void write(String line) {
    if (channel == null) return;
    if (++lines > LONG + 4 * (nodes.size() + handles.size())) {
      var unused = rewritten();
      return;
    }
    append(line);
  }

  private void append(String text) {
    FileChannel to = channel;
    if (to == null) return;
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) to.write(bytes);
    } catch (IOException full) {
      // This daemon serves on all the same.
    }
  }

  private FileLedger rewritten() {
    StringBuilder all = new StringBuilder(session).append('\n');
    nodes.values().forEach(one -> all.append(one.line()));
    renamed.values().forEach(one -> all.append("M ").append(one.words()));
    handles.values().forEach(one -> all.append(one.line()));
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(draft, all, StandardCharsets.US_ASCII);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      if (channel != null) channel.close();
      channel = FileChannel.open(file, StandardOpenOption.APPEND);
    } catch (IOException full) {
      throw new UncheckedIOException("what a guest has open cannot be noted in " + file, full);
    }
    lines = 0;
    return this;
  }

  /** The session is over: nobody will ask for it. */
  synchronized void discard() {
    close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException kept) {
      // A session's name is never given again.
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (channel != null) channel.close();
    } catch (IOException closed) {
      // It is closed all the same.
    }
    channel = null;
  }
}
