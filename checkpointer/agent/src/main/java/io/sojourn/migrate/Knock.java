package io.sojourn.migrate;

import java.io.File;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/**
 * Tells the node daemon that a task has come: connects and closes. Nothing is said, and the
 * connection is not kept: the daemon learns from the kernel who knocked, and reads the rest from
 * the control block. Where nobody listens, nothing happens; a daemon that starts later looks for
 * control blocks by itself.
 */
final class Knock {
  private Knock() {}

  /** False where nobody listens. */
  static boolean at(File socket) {
    if (!socket.exists()) return false;
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket.toPath()));
      return true;
    } catch (Exception nobody) {
      return false;
    }
  }
}
