package io.sojourn.engine.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TCP or UDP socket, as /proc/net/{tcp,tcp6,udp,udp6} shows it.
 *
 * @param protocol the table's name
 * @param state the kernel's word; for UDP "CLOSE" (unconnected) or "ESTABLISHED"
 * @param local "ADDRESS:PORT"
 */
public record InternetSocket(
    long inode,
    String protocol,
    String state,
    String local,
    String remote,
    long sendQueue,
    long receiveQueue) {
  private static final String[] STATES = {
    "?",
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
    "NEW_SYN_RECV"
  };

  /** All in the network namespace of a process, by inode. */
  public static Map<Long, InternetSocket> inNamespaceOf(int pid) {
    Map<Long, InternetSocket> sockets = new LinkedHashMap<>();
    for (InternetSocket socket : read(pid, "tcp", "tcp6", "udp", "udp6"))
      sockets.put(socket.inode(), socket);
    return sockets;
  }

  /**
   * All TCP sockets in the network namespace of a process, also those that no process has: with
   * inode 0, because they were not accepted yet, or were closed and are not over yet.
   */
  public static List<InternetSocket> connectionsInNamespaceOf(int pid) {
    return read(pid, "tcp", "tcp6");
  }

  private static List<InternetSocket> read(int pid, String... protocols) {
    List<InternetSocket> sockets = new ArrayList<>();
    for (String protocol : protocols)
      for (String line : Proc.lines(Path.of("/proc/" + pid + "/net/" + protocol))) {
        String[] words = line.strip().split("\\s+");
        if (words.length >= 10 && words[0].endsWith(":")) sockets.add(parse(protocol, words));
      }
    return sockets;
  }

  private static InternetSocket parse(String protocol, String[] words) {
    int state = Integer.parseInt(words[3], 16);
    String[] queues = words[4].split(":");
    return new InternetSocket(
        Long.parseLong(words[9]),
        protocol,
        state < STATES.length ? STATES[state] : "?",
        address(words[1]),
        address(words[2]),
        Long.parseLong(queues[0], 16),
        Long.parseLong(queues[1], 16));
  }

  /**
   * The kernel prints addresses as 32-bit words in the machine's byte order, ports as they are
   * read.
   */
  static String address(String hex) {
    int colon = hex.indexOf(':');
    byte[] bytes = HexFormat.of().parseHex(hex.substring(0, colon));
    for (int i = 0; i + 3 < bytes.length; i += 4) {
      byte a = bytes[i], b = bytes[i + 1];
      bytes[i] = bytes[i + 3];
      bytes[i + 1] = bytes[i + 2];
      bytes[i + 2] = b;
      bytes[i + 3] = a;
    }
    try {
      // A v4-mapped address becomes an Inet4Address here, which is how a reader knows it.
      String host = InetAddress.getByAddress(bytes).getHostAddress();
      int port = Integer.parseInt(hex.substring(colon + 1), 16);
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  public boolean listening() {
    return state.equals("LISTEN");
  }

  public boolean tcp() {
    return protocol.startsWith("tcp");
  }

  /** For a reader: "127.0.0.1:80 -> 127.0.0.1:4711", or the local end alone. */
  public String ends() {
    return listening() || state.equals("CLOSE") ? local : local + " -> " + remote;
  }
}
