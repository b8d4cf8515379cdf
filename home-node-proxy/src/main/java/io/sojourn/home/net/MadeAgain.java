package io.sojourn.home.net;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.RebuiltSocket;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.ClosedConnection;
import io.sojourn.protocol.stream.StreamState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that an earlier daemon had closed for a task that was about to be home, and is
 * not. No packet of theirs passes meanwhile.
 */
final class MadeAgain {
  private static final Logger log = LoggerFactory.getLogger(MadeAgain.class);

  private final KeptConnections kept;
  private final List<CompletableFuture<?>> held = new ArrayList<>();

  MadeAgain(KeptConnections kept) {
    this.kept = kept;
  }

  /**
   * On the session's loop.
   *
   * @param alive streams whose sockets had not been closed yet
   */
  void into(HomeConnections connections, StreamSession session, Set<Long> alive)
      throws IOException {
    for (ClosedConnection one : kept.closed().getConnectionsList())
      if (!alive.contains(one.getStream())) again(connections, session, one);
  }

  private void again(HomeConnections connections, StreamSession session, ClosedConnection one)
      throws IOException {
    InetSocketAddress local = Endpoints.socket(one.getLocal());
    InetSocketAddress peer = Endpoints.socket(one.getPeer());
    TcpState state = TcpState.of(one.getState());
    try {
      RebuiltSocket made =
          RebuiltSocket.of(TcpStreamImage.parse(one.getImage()), state, local, peer);
      held.add(kept.hold(made.socket()));
      session.found(
          stream(one),
          state.sentEnd() && state.receivedEnd(),
          (stream, from) -> connections.goOn(stream, one, made.socket(), made.unsent()));
    } catch (RawSocket.SocketException refused) {
      log.warn("connection {} -> {} is lost: {}", local, peer, "" + refused.getMessage());
    }
  }

  private static StreamState stream(ClosedConnection one) {
    return HomeConnections.opened(
            one.getStream(),
            Endpoints.socket(one.getLocal()),
            Endpoints.socket(one.getTask()),
            Endpoints.socket(one.getPeer()))
        .setAcknowledged(Math.max(0, one.getQueueOffset()))
        .setConsumed(one.getGiven())
        .setEndConsumed(one.getEndTaken())
        .build();
  }

  /** When they are the deputy's, too, the note is not needed any more. */
  void done() {
    var unused =
        CompletableFuture.allOf(held.toArray(CompletableFuture[]::new))
            .thenRun(
                () -> {
                  try {
                    kept.madeAgain();
                  } catch (IOException stays) {
                    log.warn("a note of closed connections stays: {}", "" + stays.getMessage());
                  }
                });
  }
}
