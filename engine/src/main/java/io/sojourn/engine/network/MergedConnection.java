package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.criu.CriuTcpStream;
import io.sojourn.protocol.stream.StreamState;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A connection that comes home: the numbers are those of home's socket, which has talked to the
 * peer all the while; the bytes are all that were on their way between that socket and the task, in
 * their order. They are not copied together: there are megabytes of them.
 *
 * @param received read by nobody yet
 * @param sending not acknowledged by the peer, or not sent
 */
public record MergedConnection(
    CriuTcpStream entry, ByteString received, ByteString sending, TcpState state) {
  /** Into the task's image, in place of what CRIU wrote. */
  public void write(Path file) throws IOException {
    TcpStreamImage.write(file, entry, received, sending);
  }

  /**
   * @param task the task's end, dumped in the guest world
   * @param relay the other end of that, read after the dump
   * @param guest the stream's two sides; both stand still
   * @param ours home's end to the peer
   */
  public static MergedConnection of(
      TcpStreamImage task,
      TcpState taskState,
      FrozenConnection relay,
      StreamState guest,
      StreamState home,
      FrozenRelay ours) {
    TcpStreamImage socket = ours.image();
    ByteString received =
        task.receivedBytes()
            .concat(relay.getSending().substring(past(task.entry().getInqSeq(), relay)))
            .concat(home.getKept().substring((int) (guest.getConsumed() - home.getAcknowledged())))
            .concat(socket.receivedBytes().substring((int) ours.leftToDrop()));
    ByteString fromTask =
        relay.getReceived().concat(task.sendingBytes().substring(taken(task, taskState, relay)));
    ByteString added = added(fromTask, relay, guest, home, ours);
    return of(task, taskState, socket, ours.state(), received, added);
  }

  /** What the task has written to a connection that it has closed, and home's socket has not. */
  public static ByteString lastBytes(
      FrozenConnection relay, StreamState guest, StreamState home, FrozenRelay ours) {
    return added(relay.getReceived(), relay, guest, home, ours);
  }

  private static ByteString added(
      ByteString fromTask,
      FrozenConnection relay,
      StreamState guest,
      StreamState home,
      FrozenRelay ours) {
    return ours.unwritten()
        .concat(guest.getKept().substring((int) (home.getConsumed() - guest.getAcknowledged())))
        .concat(fromTask.substring((int) relay.getLeftToDrop()));
  }

  /** How many of the relay's unacknowledged bytes the task has received nevertheless. */
  private static int past(int receivedNext, FrozenConnection relay) {
    return Math.max(0, Math.min(receivedNext - relay.getSendingFirst(), relay.getSending().size()));
  }

  /** How many of the task's unacknowledged bytes the relay has received nevertheless. */
  private static int taken(TcpStreamImage task, TcpState state, FrozenConnection relay) {
    int first = task.firstUnacknowledged();
    if (state.sentEnd() && state != TcpState.FIN_WAIT2) first--;
    return Math.max(0, Math.min(relay.getReceivedNext() - first, task.sending().length));
  }

  private static MergedConnection of(
      TcpStreamImage task,
      TcpState taskState,
      TcpStreamImage socket,
      TcpState socketState,
      ByteString received,
      ByteString added) {
    ByteString sending = socket.sendingBytes().concat(added);
    CriuTcpStream of = socket.entry();
    // The task has ended its direction, and home's socket has not heard of it yet.
    boolean endToSend = taskState.sentEnd() && !socketState.sentEnd();
    int unsent = of.getUnsqLen() + added.size();
    CriuTcpStream.Builder entry =
        of.toBuilder()
            .setInqLen(received.size())
            .setOutqLen(sending.size())
            .setOutqSeq(of.getOutqSeq() + added.size() + (endToSend ? 1 : 0))
            .setUnsqLen(unsent);
    if (task.entry().hasNodelay()) entry.setNodelay(task.entry().getNodelay());
    if (task.entry().hasCork()) entry.setCork(task.entry().getCork());
    return new MergedConnection(entry.build(), received, sending, state(endToSend, socketState));
  }

  private static TcpState state(boolean endToSend, TcpState socket) {
    if (!endToSend) return socket;
    return socket == TcpState.CLOSE_WAIT ? TcpState.LAST_ACK : TcpState.FIN_WAIT1;
  }
}
