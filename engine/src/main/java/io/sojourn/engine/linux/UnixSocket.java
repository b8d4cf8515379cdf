package io.sojourn.engine.linux;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A unix socket, as /proc/net/unix shows it.
 *
 * @param type 1 stream, 2 datagram, 5 packets in sequence
 * @param state 1 unconnected, 2 connecting, 3 connected
 * @param path "" where it has none; "@name" in the abstract name space
 */
public record UnixSocket(long inode, int type, int state, boolean listening, String path) {
  private static final int ACCEPTS = 1 << 16;
  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;

  /** All in the network namespace of a process, by inode. */
  public static Map<Long, UnixSocket> inNamespaceOf(int pid) {
    Map<Long, UnixSocket> sockets = new LinkedHashMap<>();
    for (String line : Proc.lines(Path.of("/proc/" + pid + "/net/unix"))) {
      String[] words = line.strip().split("\\s+", 8);
      if (words.length < 7 || !words[0].endsWith(":")) continue;
      UnixSocket socket =
          new UnixSocket(
              Long.parseLong(words[6]),
              Integer.parseInt(words[4], 16),
              Integer.parseInt(words[5], 16),
              (Integer.parseInt(words[3], 16) & ACCEPTS) != 0,
              words.length > 7 ? words[7] : "");
      sockets.put(socket.inode(), socket);
    }
    return sockets;
  }

  public boolean connected() {
    return state == 3;
  }

  public boolean stream() {
    return type == STREAM;
  }

  public boolean datagrams() {
    return type == DATAGRAM;
  }
}
