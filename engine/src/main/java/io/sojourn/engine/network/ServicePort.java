package io.sojourn.engine.network;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * A TCP port for a server that is started later, or again. A port of the range from which the
 * kernel serves outgoing connections and servers that leave the choice to it is no such port: it is
 * free when it is asked for, and while the server is down any connection of this machine may get it
 * for its own end.
 */
public final class ServicePort {
  private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

  /** Below lie the ports of well-known services. */
  private static final int LOWEST = 10_000;

  private static final int HIGHEST = 65_535;

  private ServicePort() {}

  /**
   * @return a port on which nobody listens now, at any address of this network namespace, and which
   *     the kernel gives to nobody by itself
   * @throws IOException where there is none, or the kernel's range cannot be read
   */
  public static int find() throws IOException {
    // By lines: of such a file the kernel gives the first read only, which must be large enough.
    String[] range = Files.readAllLines(EPHEMERAL).get(0).split("\\s+");
    int low = Integer.parseInt(range[0]), high = Integer.parseInt(range[1]);
    int[] outside =
        IntStream.rangeClosed(LOWEST, HIGHEST).filter(port -> port < low || port > high).toArray();
    if (outside.length == 0)
      throw new IOException(
          "the kernel gives every port from " + LOWEST + " to connections: " + EPHEMERAL);
    // Two that look at the same time hardly begin at the same port.
    int start = ThreadLocalRandom.current().nextInt(outside.length);
    return firstFree(
        IntStream.range(0, outside.length).map(i -> outside[(start + i) % outside.length]));
  }

  /**
   * @param ports in the order in which they are tried
   */
  static int firstFree(IntStream ports) throws IOException {
    return ports
        .filter(ServicePort::isFree)
        .findFirst()
        .orElseThrow(() -> new IOException("somebody listens on every port that was tried"));
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1)) {
      return probe.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
