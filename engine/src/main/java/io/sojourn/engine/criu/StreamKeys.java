package io.sojourn.engine.criu;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.protocol.image.Stream;
import java.util.ArrayList;
import java.util.List;

/** CRIU's names for pipes, FIFOs, terminals and unix connections that lead out of a task. */
public final class StreamKeys {
  private StreamKeys() {}

  /** All that one may have in an image; its own first. CRIU does not mind those that are not. */
  public static List<String> of(Stream stream) {
    List<String> keys = new ArrayList<>(List.of(stream.getKey()));
    keys.addAll(stream.getMoreKeysList());
    return List.copyOf(keys);
  }

  /** What a dump is to take for external: a unix connection is unix[INODE] there. */
  public static List<String> external(Stream stream) {
    return StreamKind.isUnix(stream)
        ? List.of(stream.getKey().replace("socket:", "unix"))
        : of(stream);
  }

  /** Of a FIFO: its path from the root on. */
  public static String fifo(Descriptor fifo) {
    return fifo.path().substring(1);
  }

  /** Of a terminal: tty[RDEV:DEV], in hex. */
  public static String terminal(FileStatus terminal) {
    return "tty["
        + Long.toHexString(terminal.representedDevice())
        + ":"
        + Long.toHexString(terminal.device())
        + "]";
  }
}
