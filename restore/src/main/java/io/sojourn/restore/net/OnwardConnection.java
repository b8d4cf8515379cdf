package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.stream.StreamState;
import java.io.IOException;
import java.util.List;

/**
 * A connection that goes from one guest node to another: the task's end from the new image, its
 * other end as it was left on the old node. Home does not notice.
 *
 * @param image the task's end, dumped on the old node
 * @param before the old relay's socket, read after the dump
 */
public record OnwardConnection(
    ImageSocket socket, TcpStreamImage image, FrozenConnection before, MirrorSocket mirror) {

  /**
   * Finds what belongs to a socket of the new image, and makes its mirror, in the network namespace
   * of the calling thread.
   */
  public static OnwardConnection of(
      ImageSocket socket, TcpStreamImage image, List<FrozenConnection> relays) throws IOException {
    for (FrozenConnection relay : relays)
      if (Endpoints.socket(relay.getTask()).equals(socket.local())
          && Endpoints.socket(relay.getPeer()).equals(socket.peer()))
        return new OnwardConnection(
            socket,
            image,
            relay,
            MirrorSocket.of(image, socket.state(), socket.local(), socket.peer()));
    throw new IOException(
        "connection " + socket.local() + " -> " + socket.peer() + " was not relayed before");
  }

  /** What the old relay's kernel had for home goes out with the stream's own bytes. */
  StreamState stream(StreamState old) {
    ByteString received = before.getReceived();
    int known = (int) Math.min(before.getLeftToDrop(), received.size());
    StreamState.Builder state =
        old.toBuilder().setKept(old.getKept().concat(received.substring(known)));
    // The task's end came to the old relay, which may not have got as far as that.
    if (socket.state() == TcpState.FIN_WAIT2) state.setFinished(true);
    return state.build();
  }

  /** A relay that goes on where the old one stopped; its mirror is not opened yet. */
  SocketRelay relay() {
    long stillKnown = Math.max(0, before.getLeftToDrop() - before.getReceived().size());
    SocketRelay relay = new SocketRelay(taken() + stillKnown).first(ahead());
    return socket.state().receivedEnd() ? relay.outputEnded() : relay;
  }

  /** Of what the task's kernel will send again, the old relay had so much. */
  private long taken() {
    int first = image.firstUnacknowledged();
    if (socket.state().sentEnd() && socket.state() != TcpState.FIN_WAIT2) first--;
    return Math.max(0, Math.min(before.getReceivedNext() - first, image.sending().length));
  }

  /** What was under way from the old relay to the task, and has not arrived. */
  private ByteString ahead() {
    int arrived = image.entry().getInqSeq() - before.getSendingFirst();
    ByteString sending = before.getSending();
    return sending.substring(Math.max(0, Math.min(arrived, sending.size())));
  }
}
