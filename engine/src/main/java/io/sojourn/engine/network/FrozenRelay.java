package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.protocol.connection.ClosedConnection;
import io.sojourn.protocol.connection.FrozenConnection;
import java.net.InetSocketAddress;

/**
 * A relay that was taken apart: its socket is in repair mode, and its kernel goes on all the same:
 * it takes and acknowledges what comes, and sends what it has where there is room. So no packet may
 * pass from before the first of its two ends is read until both are.
 */
public final class FrozenRelay implements AutoCloseable {
  private final SocketRelay relay;
  private RawSocket socket;
  private boolean gone;
  private final InetSocketAddress task;
  private final InetSocketAddress peer;

  private FrozenRelay(
      SocketRelay relay, RawSocket socket, InetSocketAddress task, InetSocketAddress peer) {
    this.relay = relay;
    this.socket = socket;
    this.task = task;
    this.peer = peer;
  }

  /**
   * @param relay frozen already, and connected
   */
  public static FrozenRelay of(
      SocketRelay relay, RawSocket socket, InetSocketAddress task, InetSocketAddress peer) {
    TcpRepairMode.on(socket);
    return new FrozenRelay(relay, socket, task, peer);
  }

  /** So many of the next bytes from the socket are known to the other side already. */
  public long leftToDrop() {
    return relay.leftToDrop();
  }

  /** Bytes that go to the socket before any others, and have not reached it. */
  ByteString unwritten() {
    return relay.unwritten();
  }

  /** The connection with its options, as CRIU would write it down. */
  public TcpStreamImage image() {
    return TcpRepairMode.on(socket).read();
  }

  public TcpState state() {
    return TcpRepairMode.state(socket);
  }

  public FrozenConnection read() {
    TcpState state = state();
    TcpStreamImage image = image();
    int first = image.firstUnacknowledged();
    boolean endAcknowledged = state == TcpState.FIN_WAIT2;
    return FrozenConnection.newBuilder()
        .setStream(relay.stream().number())
        .setTask(Endpoints.of(task))
        .setPeer(Endpoints.of(peer))
        .setState(state.ordinal())
        .setReceived(image.receivedBytes())
        .setReceivedNext(image.entry().getInqSeq())
        .setSending(image.sendingBytes().concat(relay.unwritten()))
        .setSendingFirst(state.sentEnd() && !endAcknowledged ? first - 1 : first)
        .setLeftToDrop(relay.leftToDrop())
        .build();
  }

  /**
   * All that it takes to make it again elsewhere.
   *
   * @param image of the socket, as it is now
   */
  public ClosedConnection describe(TcpStreamImage image, TcpState state) {
    return ClosedConnection.newBuilder()
        .setStream(relay.stream().number())
        .setLocal(Endpoints.of(local()))
        .setPeer(Endpoints.of(peer))
        .setTask(Endpoints.of(task))
        .setState(state.ordinal())
        .setImage(image.serialized())
        .setUnwritten(relay.unwritten())
        .setQueueOffset(relay.queueOffset())
        .setGiven(relay.stream().given())
        .setEndTaken(relay.stream().endTaken())
        .build();
  }

  public InetSocketAddress local() {
    return socket.local();
  }

  /** The task's end. */
  public InetSocketAddress task() {
    return task;
  }

  /** As it was told: a socket that has ended does not know any more. */
  public InetSocketAddress peer() {
    return peer;
  }

  /** After {@link #close}: the same connection, made again. */
  public void reopen(RebuiltSocket again) {
    socket = again.socket();
    relay.replaced(again.socket(), again.unsent());
  }

  /** After {@link #close}: the connection cannot be made again, and is reset for the task. */
  public void lost() {
    relay.lost();
    gone = true;
  }

  /** The relay is to go on with it; thaw the session after all of them. */
  public void thaw() {
    if (!gone) TcpRepairMode.off(socket);
  }

  /** Its socket, which is the caller's from now on; in repair mode. */
  public RawSocket release() {
    gone = true;
    return socket;
  }

  /** Without a word to the other end. */
  @Override
  public void close() {
    socket.close();
  }
}
