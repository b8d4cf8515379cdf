package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.TcpRepairMode.Queue;
import io.sojourn.protocol.criu.CriuTcpStream;
import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * A connection that is made again from its numbers and queues, after its socket was closed without
 * a word to the peer. An end that was said stays said, though the kernel does not know of it: its
 * number is behind us.
 *
 * @param socket in repair mode: sends nothing yet
 * @param unsent is to be written to it first
 */
public record RebuiltSocket(RawSocket socket, ByteString unsent) {
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int OPT_TIMESTAMPS = 1;

  /** What fits in any socket as it is made. */
  private static final int SMALL = 32 << 10;

  /**
   * @param image as {@link TcpRepairMode#read} gave it
   */
  public static RebuiltSocket of(
      TcpStreamImage image, TcpState state, InetSocketAddress local, InetSocketAddress peer) {
    CriuTcpStream entry = image.entry();
    int sent = image.sending().length - entry.getUnsqLen();
    boolean sayEndAgain = state.sentEnd() && state != TcpState.FIN_WAIT2;
    RawSocket socket = RawSocket.tcp(peer).reuseAddress();
    try {
      room(socket, SO_RCVBUFFORCE, image.received().length);
      room(socket, SO_SNDBUFFORCE, image.sending().length);
      TcpRepairMode repair = TcpRepairMode.on(socket);
      socket.bind(local);
      repair.sequence(Queue.RECEIVE, entry.getInqSeq() - image.received().length);
      repair.sequence(Queue.SEND, image.firstUnacknowledged() - (sayEndAgain ? 1 : 0));
      socket.connect(peer);
      repair.options(entry, entry.getSndWscale(), entry.getRcvWscale());
      if ((entry.getOptMask() & OPT_TIMESTAMPS) != 0) repair.timestamp(entry.getTimestamp());
      repair.fill(Queue.RECEIVE, image.received());
      repair.fill(Queue.SEND, Arrays.copyOf(image.sending(), sent));
      repair.window(
          entry.getSndWl1(),
          entry.getSndWnd(),
          entry.getMaxWindow(),
          entry.getRcvWnd(),
          entry.getRcvWup());
      return new RebuiltSocket(
          socket.noDelay(), ByteString.copyFrom(image.sending()).substring(sent));
    } catch (RuntimeException failed) {
      socket.close();
      throw failed;
    }
  }

  private static void room(RawSocket socket, int option, int bytes) {
    if (bytes > SMALL) socket.option(SOL_SOCKET, option, 2 * bytes);
  }
}
