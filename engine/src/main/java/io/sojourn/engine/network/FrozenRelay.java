package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.protocol.connection.FrozenConnection;
import java.net.InetSocketAddress;

/**
 * A relay that was taken apart: its socket is in repair mode, sends nothing, and still acknowledges
 * what comes. So its state is read last.
 */
public final class FrozenRelay implements AutoCloseable {
  private final SocketRelay relay;
  private final RawSocket socket;
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
        .setReceived(ByteString.copyFrom(image.received()))
        .setReceivedNext(image.entry().getInqSeq())
        .setSending(ByteString.copyFrom(image.sending()).concat(relay.unwritten()))
        .setSendingFirst(state.sentEnd() && !endAcknowledged ? first - 1 : first)
        .setLeftToDrop(relay.leftToDrop())
        .build();
  }

  /** Without a word to the other end. */
  @Override
  public void close() {
    socket.close();
  }
}
