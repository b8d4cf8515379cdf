package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamAcceptor;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Established;
import io.sojourn.protocol.connection.Opening;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** All connections of one task that is away, on the guest node. */
public final class GuestConnections implements StreamAcceptor, AutoCloseable {
  private final GuestNetwork network;
  private @Nullable StreamSession session;
  private @Nullable TaskConnects connects;

  public GuestConnections(GuestNetwork network) {
    this.network = network;
  }

  /** From now on, what the task does in its network happens at home. */
  public void start(StreamSession session) throws IOException {
    this.session = session;
    this.connects = TaskConnects.start(session, network);
  }

  /**
   * A connection that the task had when it left. Its mirror is opened, and the stream with it.
   *
   * @param atHome bytes in the image's send queue that home's kernel has as well, and sends
   */
  public void mirror(
      MirrorSocket mirror,
      TcpState state,
      InetSocketAddress task,
      InetSocketAddress peer,
      long atHome) {
    StreamSession of = session;
    if (of == null) throw new IllegalStateException("not started");
    SocketRelay relay = new SocketRelay(atHome);
    if (state.receivedEnd()) relay.outputEnded();
    Opening opening =
        Opening.newBuilder()
            .setEstablished(
                Established.newBuilder()
                    .setLocal(Endpoints.of(task))
                    .setPeer(Endpoints.of(peer)))
            .build();
    of.loop()
        .execute(
            () -> {
              ByteStream stream = of.open(opening.toByteString(), relay);
              relay.of(stream);
              mirror.open();
              relay.adopt(mirror.release());
              if (state == TcpState.FIN_WAIT2) stream.finish();
            });
  }

  @Override
  public StreamEnd accept(ByteStream stream, ByteString opening) {
    stream.reset(Errno.ECONNREFUSED);
    return new SocketRelay().of(stream);
  }

  @Override
  public void close() throws IOException {
    if (connects != null) connects.close();
  }
}
