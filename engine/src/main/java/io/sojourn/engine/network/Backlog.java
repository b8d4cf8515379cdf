package io.sojourn.engine.network;

import io.sojourn.engine.linux.RawSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Connects that wait in a listening socket, when another takes its place. The kernel hands them
 * over to a socket that listens at the same address, has the same owner, and was bound with
 * SO_REUSEPORT too: see tcp_migrate_req in Documentation/networking/ip-sysctl.rst, Linux 5.14. CRIU
 * binds as root and with SO_REUSEPORT whatever it restores. Where the kernel is older, those who
 * wait are reset.
 */
public final class Backlog {
  private static final Path MIGRATE = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");

  private Backlog() {}

  /** Makes room for the one that is to listen as well. */
  public static void share(List<RawSocket> listening) {
    listening.forEach(one -> one.reusePort().ownedByRoot());
  }

  /** The others listen: these are closed, and who waits in them waits there. */
  public static synchronized void handOver(List<RawSocket> listening) throws IOException {
    String before = Files.exists(MIGRATE) ? Files.readString(MIGRATE).strip() : "1";
    boolean change = before.equals("0");
    if (change) Files.writeString(MIGRATE, "1");
    try {
      listening.forEach(RawSocket::close);
    } finally {
      if (change) Files.writeString(MIGRATE, before);
    }
  }
}
