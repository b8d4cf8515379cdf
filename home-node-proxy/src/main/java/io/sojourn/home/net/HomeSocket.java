package io.sojourn.home.net;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.TcpRepairMode;
import java.net.InetSocketAddress;

/**
 * Home's duplicate of a connected socket of the task. The kernel goes on talking to the peer with
 * it, whether or not anybody reads.
 *
 * @param inImage bytes in its receive queue that the task's image holds as well
 */
public record HomeSocket(
    RawSocket socket, InetSocketAddress local, InetSocketAddress peer, long inImage) {

  /**
   * @param socket a duplicate that is ours. The dump has left the connection in repair mode, where
   *     nothing can be read and nothing is sent
   */
  public static HomeSocket adopt(RawSocket socket, long inImage) {
    TcpRepairMode.off(socket);
    return new HomeSocket(socket, socket.local(), socket.peer(), inImage);
  }
}
