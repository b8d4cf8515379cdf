package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import io.netty.channel.EventLoop;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.MergedConnection;
import io.sojourn.engine.network.RebuiltSocket;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.protocol.connection.ClosedConnections;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.protocol.stream.StreamState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a task's connections back to the kernel: its image from the guest world gets the numbers of
 * home's sockets and all bytes that were on their way, so that CRIU restores them in home's own
 * network.
 */
public final class Homecoming {
  private static final Logger log = LoggerFactory.getLogger(Homecoming.class);

  private record Closed(
      FrozenRelay relay,
      TcpStreamImage image,
      TcpState state,
      InetSocketAddress local,
      InetSocketAddress peer) {}

  private final List<Closed> closed = new ArrayList<>();
  private final Set<FrozenRelay> inImage = new HashSet<>();
  private final Map<FrozenRelay, ByteString> last = new LinkedHashMap<>();
  private final SessionState home;
  private final Map<Long, FrozenRelay> sockets;

  /**
   * @param home the session, frozen
   * @param sockets from {@link HomeConnections#frozen}
   */
  public Homecoming(SessionState home, Map<Long, FrozenRelay> sockets) {
    this.home = home;
    this.sockets = sockets;
  }

  /**
   * Rewrites the image. Home's sockets stand still still.
   *
   * @param guest the guest node's session, frozen before its dump
   * @param relays the guest node's sockets, read after its dump; each is taken out of the list when
   *     the image has what was in it, which is megabytes
   */
  public void into(Path images, SessionState guest, List<FrozenConnection> relays)
      throws IOException {
    Map<Long, StreamState> atHome = byNumber(home), atGuest = byNumber(guest);
    Map<Integer, TcpState> states = new HashMap<>();
    for (ImageSocket socket : ImageSocket.connectionsToOthers(images)) {
      Path file = TcpStreamImage.path(images, socket.ino());
      FrozenConnection relay = relayOf(socket, relays);
      FrozenRelay ours = relay == null ? null : sockets.get(relay.getStream());
      StreamState there = relay == null ? null : atGuest.get(relay.getStream());
      StreamState here = relay == null ? null : atHome.get(relay.getStream());
      if (relay == null || ours == null || there == null || here == null)
        throw new IOException(
            "connection " + socket.local() + " -> " + socket.peer() + " is not known at home");
      MergedConnection merged =
          MergedConnection.of(TcpStreamImage.read(file), socket.state(), relay, there, here, ours);
      merged.write(file);
      relays.remove(relay);
      states.put(socket.ino(), merged.state());
      inImage.add(ours);
    }
    for (FrozenConnection relay : relays) closedByTask(relay, atGuest, atHome);
    relays.clear();
    ImageSocket.rewrite(images, states);
    ImageSocket.forgetPeersOfDead(images);
  }

  /** What of it is on its way to the peer is nobody's but ours to deliver. */
  private void closedByTask(
      FrozenConnection relay, Map<Long, StreamState> atGuest, Map<Long, StreamState> atHome) {
    FrozenRelay ours = sockets.get(relay.getStream());
    StreamState there = atGuest.get(relay.getStream()), here = atHome.get(relay.getStream());
    if (ours == null || there == null || here == null || inImage.contains(ours)) return;
    last.put(ours, MergedConnection.lastBytes(relay, there, here, ours));
  }

  /** The task runs: what it had closed is to be delivered. */
  public void deliver(EventLoop loop) {
    last.forEach((relay, bytes) -> LastBytes.deliver(relay, bytes, loop));
    last.clear();
  }

  /**
   * Closes home's sockets without a word to the peers: the task needs their addresses.
   *
   * @param kept is told first, so that the next daemon can undo it
   */
  public void close(KeptConnections kept) throws IOException {
    ClosedConnections.Builder all = ClosedConnections.newBuilder();
    for (FrozenRelay socket : sockets.values()) {
      if (last.containsKey(socket)) continue;
      Closed one =
          new Closed(socket, socket.image(), socket.state(), socket.local(), socket.peer());
      closed.add(one);
      all.addConnections(socket.describe(one.image(), one.state()));
    }
    kept.close(all.build());
    closed.forEach(one -> one.relay().close());
  }

  /** The task could not be restored: all is as it was before {@link #into}. Not on the loop. */
  public void undo() {
    for (Closed one : closed) {
      try {
        one.relay().reopen(RebuiltSocket.of(one.image(), one.state(), one.local(), one.peer()));
      } catch (RuntimeException refused) {
        log.warn("the connection {} -> {} is lost: {}", one.local(), one.peer(), "" + refused);
        one.relay().lost();
      }
    }
    closed.clear();
    sockets.values().forEach(FrozenRelay::thaw);
  }

  private static Map<Long, StreamState> byNumber(SessionState session) {
    return session.getStreamsList().stream()
        .collect(Collectors.toMap(StreamState::getStream, stream -> stream));
  }

  private static @Nullable FrozenConnection relayOf(
      ImageSocket socket, List<FrozenConnection> relays) {
    for (FrozenConnection relay : relays)
      if (Endpoints.socket(relay.getTask()).equals(socket.local())
          && Endpoints.socket(relay.getPeer()).equals(socket.peer())) return relay;
    return null;
  }
}
