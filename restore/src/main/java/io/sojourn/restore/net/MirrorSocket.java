package io.sojourn.restore.net;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.network.TcpRepairMode.Queue;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.protocol.criu.CriuTcpStream;
import java.net.InetSocketAddress;

/**
 * The peer's end of a restored connection, within the guest world. It is made from the numbers in
 * the image of the task's end, before CRIU restores that: what CRIU sends on the way finds somebody
 * there.
 *
 * <p>Whether the peer has ended its direction already does not matter to the mirror: it never sends
 * there again, and acknowledges what comes with the number behind that end.
 */
public final class MirrorSocket implements AutoCloseable {
  /** Packets with this mark are ours: the rules of the guest world let them pass. */
  static final int MARK = 2;

  private final RawSocket socket;
  private boolean released;

  private MirrorSocket(RawSocket socket) {
    this.socket = socket;
  }

  /**
   * Makes it, in the network namespace of the calling thread. It stays in repair mode, and sends
   * nothing, until {@link #open}.
   *
   * @param task the end that is in the image
   * @param peer the end that the mirror plays
   */
  public static MirrorSocket of(
      TcpStreamImage image, TcpState state, InetSocketAddress task, InetSocketAddress peer) {
    RawSocket socket = RawSocket.tcp(peer);
    try {
      socket.reuseAddress().transparent().mark(MARK).noDelay();
      TcpRepairMode repair = TcpRepairMode.on(socket);
      socket.bind(peer);
      CriuTcpStream entry = image.entry();
      int toSend = entry.getInqSeq(), toReceive = firstToReceive(image, state);
      repair.sequence(Queue.RECEIVE, toReceive).sequence(Queue.SEND, toSend);
      socket.connect(task);
      // Seen from here, what the task sends is received: scales and windows change places.
      repair.options(entry, entry.getRcvWscale(), entry.getSndWscale());
      repair.window(
          toReceive - 1, entry.getRcvWnd(), maxWindow(entry), entry.getSndWnd(), toReceive);
      return new MirrorSocket(socket);
    } catch (RuntimeException failed) {
      socket.close();
      throw failed;
    }
  }

  /** The kernel refuses a window that is larger than the largest ever seen. */
  private static int maxWindow(CriuTcpStream entry) {
    return Math.max(Math.max(entry.getMaxWindow(), entry.getRcvWnd()), entry.getSndWnd());
  }

  /** An end that the task had sent and the peer acknowledged is not sent again. */
  private static int firstToReceive(TcpStreamImage image, TcpState state) {
    int first = image.firstUnacknowledged();
    boolean endAcknowledged = state == TcpState.FIN_WAIT2;
    return state.sentEnd() && !endAcknowledged ? first - 1 : first;
  }

  /** The task's end is restored: from now on this is an ordinary socket. */
  public void open() {
    TcpRepairMode.off(socket);
  }

  /** The socket, which is the caller's from now on. */
  public RawSocket release() {
    released = true;
    return socket;
  }

  /** Closes without a word to the task's end. */
  @Override
  public void close() {
    if (released) return;
    TcpRepairMode.on(socket);
    socket.close();
  }
}
