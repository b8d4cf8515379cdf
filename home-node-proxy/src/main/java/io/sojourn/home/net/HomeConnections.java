package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamAcceptor;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Connect;
import io.sojourn.protocol.connection.Connected;
import io.sojourn.protocol.connection.Datagrams;
import io.sojourn.protocol.connection.Established;
import io.sojourn.protocol.connection.Inbound;
import io.sojourn.protocol.connection.Listen;
import io.sojourn.protocol.connection.Listening;
import io.sojourn.protocol.connection.Opening;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All connections of one task that is away, at home. */
public final class HomeConnections implements StreamAcceptor {
  private record Ends(InetSocketAddress local, InetSocketAddress peer) {}

  private record Carried(SocketRelay relay, InetSocketAddress task, InetSocketAddress peer) {}

  private final Map<Ends, HomeSocket> waiting = new ConcurrentHashMap<>();
  private final Map<InetSocketAddress, RawSocket> listening = new ConcurrentHashMap<>();
  private final Map<InetSocketAddress, RawSocket> datagrams = new ConcurrentHashMap<>();
  private volatile @Nullable StreamSession session;
  private final Map<Long, Carried> carried = new HashMap<>();
  private final Map<ByteStream, Integer> heard = new HashMap<>();

  /** The session that carries the connections; before its first call. */
  public void start(StreamSession session) {
    this.session = session;
  }

  /**
   * Keeps a listening socket of the task's, with all that waits in it, until the task is somewhere
   * and asks for it.
   */
  public void keepListening(RawSocket socket) {
    listening.put(socket.local(), socket);
  }

  /** Keeps a datagram socket of the task's, likewise. */
  public void keepDatagrams(RawSocket socket) {
    datagrams.put(socket.local(), socket);
  }

  /** Keeps a connection of the task, until the task is somewhere and asks for it. */
  public void keep(HomeSocket socket) {
    waiting.put(new Ends(socket.local(), socket.peer()), socket);
  }

  @Override
  public StreamEnd accept(ByteStream stream, ByteString opening) {
    try {
      Opening order = Opening.parseFrom(opening);
      return switch (order.getKindCase()) {
        case ESTABLISHED -> established(stream, order.getEstablished());
        case CONNECT -> connect(stream, order.getConnect());
        case LISTEN -> listen(stream, order.getListen());
        case DATAGRAMS -> datagrams(stream, order.getDatagrams());
        default -> refuse(stream, Errno.EINVAL);
      };
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      return refuse(stream, Errno.EINVAL);
    }
  }

  private StreamEnd established(ByteStream stream, Established order) {
    HomeSocket socket =
        waiting.remove(
            new Ends(Endpoints.socket(order.getLocal()), Endpoints.socket(order.getPeer())));
    if (socket == null) return refuse(stream, Errno.ECONNRESET);
    SocketRelay relay = new SocketRelay(socket.inImage()).of(stream);
    stream.answer(Connected.newBuilder().setLocal(order.getLocal()).build().toByteString());
    relay.connected(socket.socket());
    carry(relay, socket.local(), socket.peer());
    return relay;
  }

  private StreamEnd connect(ByteStream stream, Connect order) {
    SocketRelay relay = HomeConnect.begin(stream, order);
    carry(relay, Endpoints.socket(order.getLocal()), Endpoints.socket(order.getPeer()));
    return relay;
  }

  private StreamEnd listen(ByteStream stream, Listen order) {
    InetSocketAddress local = Endpoints.socket(order.getLocal());
    try {
      RawSocket kept = listening.remove(local);
      RawSocket socket =
          kept != null
              ? kept
              : RawSocket.listener(local, order.getV6Only())
                  .reuseAddress()
                  .bind(local)
                  .listen(order.getBacklog());
      stream.answer(Listening.getDefaultInstance().toByteString());
      heard.put(stream, local.getPort());
      return HomeListener.start(stream, socket, this::accepted);
    } catch (RawSocket.SocketException refused) {
      return refuse(stream, refused.error());
    }
  }

  private StreamEnd datagrams(ByteStream stream, Datagrams order) {
    InetSocketAddress local = Endpoints.socket(order.getLocal());
    RawSocket kept = datagrams.remove(local);
    try {
      return HomeDatagrams.start(
          stream, kept != null ? kept : HomeDatagrams.bound(local, order.getV6Only()));
    } catch (RawSocket.SocketException refused) {
      return refuse(stream, refused.error());
    }
  }

  private void accepted(RawSocket socket) {
    StreamSession to = session;
    if (to == null) {
      socket.close();
      return;
    }
    InetSocketAddress local = socket.local(), peer = socket.peer();
    Inbound inbound =
        Inbound.newBuilder().setLocal(Endpoints.of(local)).setPeer(Endpoints.of(peer)).build();
    SocketRelay relay = new SocketRelay();
    relay.of(to.open(Opening.newBuilder().setInbound(inbound).build().toByteString(), relay));
    relay.connected(socket.noDelay());
    carry(relay, local, peer);
  }

  /** The connections that are carried or kept: the peers' ends, and the task's. On the loop. */
  public Map<InetSocketAddress, InetSocketAddress> ends() {
    Map<InetSocketAddress, InetSocketAddress> ends = new HashMap<>();
    waiting.keySet().forEach(one -> ends.put(one.peer(), one.local()));
    for (Carried one : carried.values())
      if (!one.relay().stream().isOver()) ends.put(one.peer(), one.task());
    return ends;
  }

  /** The ports on which home listens for the task. On the loop. */
  public Set<Integer> ports() {
    heard.keySet().removeIf(ByteStream::isOver);
    return Set.copyOf(heard.values());
  }

  /**
   * Whether all whom home has accepted for the task are connected to it. On the loop. Where nobody
   * may connect any more, this is so within a moment, and remains so.
   */
  public boolean settled() {
    return carried.values().stream()
        .map(one -> one.relay().stream())
        .allMatch(stream -> !stream.byHome() || stream.isOver() || stream.answered());
  }

  private void carry(SocketRelay relay, InetSocketAddress task, InetSocketAddress peer) {
    carried.values().removeIf(one -> one.relay().stream().isOver());
    carried.put(relay.stream().number(), new Carried(relay, task, peer));
  }

  /**
   * The sockets of the session's streams, by stream, once it is frozen. On the session's loop. No
   * packet of these connections may pass meanwhile: what is acknowledged after their state was read
   * is lost.
   */
  public Map<Long, FrozenRelay> frozen() {
    Map<Long, FrozenRelay> frozen = new LinkedHashMap<>();
    carried.forEach(
        (stream, one) -> {
          RawSocket socket = one.relay().socket();
          if (socket != null)
            frozen.put(stream, FrozenRelay.of(one.relay(), socket, one.task(), one.peer()));
        });
    return frozen;
  }

  private static StreamEnd refuse(ByteStream stream, int error) {
    stream.reset(error);
    return new SocketRelay().of(stream);
  }
}
