package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.channel.EventLoop;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamAcceptor;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.ClosedConnection;
import io.sojourn.protocol.connection.Connect;
import io.sojourn.protocol.connection.Connected;
import io.sojourn.protocol.connection.Datagrams;
import io.sojourn.protocol.connection.Established;
import io.sojourn.protocol.connection.Inbound;
import io.sojourn.protocol.connection.Listen;
import io.sojourn.protocol.connection.Listening;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.stream.StreamState;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All connections of one task that is away, at home. */
public final class HomeConnections implements StreamAcceptor {
  private record Carried(SocketRelay relay, InetSocketAddress task, InetSocketAddress peer) {}

  private final Map<Ends, HomeSocket> waiting = new ConcurrentHashMap<>();
  private final Map<InetSocketAddress, RawSocket> listening = new ConcurrentHashMap<>();
  private final Map<InetSocketAddress, RawSocket> datagrams = new ConcurrentHashMap<>();
  private volatile @Nullable StreamSession session;
  private final Map<Long, Carried> carried = new HashMap<>();
  private final Map<ByteStream, Integer> heard = new HashMap<>();
  private final List<LentSocket> lent = new ArrayList<>();
  private final List<HomeConnect> begun = new ArrayList<>();
  private final KeptConnections kept;
  private boolean held;

  /** None of them outlives this daemon. */
  public HomeConnections() {
    this(KeptConnections.none());
  }

  public HomeConnections(KeptConnections kept) {
    this.kept = kept;
  }

  /** What outlives this daemon. */
  public KeptConnections kept() {
    return kept;
  }

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
    SocketRelay relay = relay(socket.inImage()).of(stream);
    kept.serves(relay, socket.socket(), socket.local(), socket.peer());
    stream.answer(Connected.newBuilder().setLocal(order.getLocal()).build().toByteString());
    relay.connected(socket.socket().notBlocking());
    carry(relay, socket.local(), socket.peer());
    return relay;
  }

  private SocketRelay relay(long toDrop) {
    SocketRelay relay = new SocketRelay(toDrop);
    return kept.any() ? relay.keeps(kept::letGo) : relay;
  }

  /** A connection that an earlier daemon has served. */
  SocketRelay goOn(ByteStream stream, long queueOffset, RawSocket socket, KeptStream before) {
    SocketRelay relay = relay(Math.max(0, -queueOffset)).from(Math.max(0, queueOffset)).of(stream);
    carry(relay, before.task(), before.peer());
    relay.connected(socket);
    return relay;
  }

  /**
   * A connection that was made again.
   *
   * @param unsent goes to the socket first
   */
  SocketRelay goOn(
      ByteStream stream, ClosedConnection before, RawSocket socket, ByteString unsent) {
    long queueOffset = before.getQueueOffset();
    SocketRelay relay =
        relay(Math.max(0, -queueOffset))
            .from(Math.max(0, queueOffset))
            .of(stream)
            .first(unsent.concat(before.getUnwritten()));
    InetSocketAddress task = Endpoints.socket(before.getTask());
    InetSocketAddress peer = Endpoints.socket(before.getPeer());
    carry(relay, task, peer);
    kept.serves(relay, socket, task, peer);
    TcpRepairMode.off(socket);
    relay.connected(socket);
    return relay;
  }

  /**
   * After {@link #frozen}, when the task was to have its sockets and does not: others are in their
   * place. On the loop.
   */
  public void holdAgain() {
    for (Carried one : carried.values()) {
      RawSocket socket = one.relay().socket();
      if (socket == null) continue;
      kept.serves(one.relay(), socket, one.task(), one.peer());
      var unused = kept.hold(socket);
    }
  }

  private StreamEnd connect(ByteStream stream, Connect order) {
    InetSocketAddress task = Endpoints.socket(order.getLocal());
    InetSocketAddress peer = Endpoints.socket(order.getPeer());
    SocketRelay relay = relay(0).of(stream);
    begun.removeIf(HomeConnect::isOver);
    begun.add(HomeConnect.begin(stream, order, made -> connected(stream, relay, made, task, peer)));
    carry(relay, task, peer);
    return relay;
  }

  /** Before the task hears of it, it outlives this daemon. */
  private void connected(
      ByteStream stream,
      SocketRelay relay,
      RawSocket socket,
      InetSocketAddress task,
      InetSocketAddress peer) {
    whenHeld(
        stream.loop(),
        socket,
        () -> {
          kept.serves(relay, socket, task, peer);
          stream.answer(connected(socket.local()));
          relay.connected(socket);
        });
  }

  private void whenHeld(EventLoop loop, RawSocket socket, Runnable then) {
    CompletableFuture<?> held = kept.hold(socket);
    if (held.isDone()) then.run();
    else held.whenComplete((done, never) -> loop.execute(then));
  }

  private StreamEnd listen(ByteStream stream, Listen order) {
    InetSocketAddress local = Endpoints.socket(order.getLocal());
    Supplier<RawSocket> anew =
        () ->
            RawSocket.listener(local, order.getV6Only())
                .reuseAddress()
                .bind(local)
                .listen(order.getBacklog());
    try {
      RawSocket before = listening.remove(local);
      RawSocket socket = before != null ? before.notBlocking() : anew.get();
      stream.answer(Listening.getDefaultInstance().toByteString());
      heard.put(stream, local.getPort());
      return lent(HomeListener.start(stream, socket, lending(anew), this::accepted));
    } catch (RawSocket.SocketException refused) {
      return refuse(stream, refused.error());
    }
  }

  private StreamEnd datagrams(ByteStream stream, Datagrams order) {
    InetSocketAddress local = Endpoints.socket(order.getLocal());
    RawSocket before = datagrams.remove(local);
    Supplier<RawSocket> anew = () -> HomeDatagrams.bound(local, order.getV6Only());
    try {
      RawSocket socket = before != null ? before.notBlocking() : anew.get();
      return lent(HomeDatagrams.start(stream, socket, lending(anew)));
    } catch (RawSocket.SocketException refused) {
      return refuse(stream, refused.error());
    }
  }

  /**
   * The deputy has those that are made here, too, so that who comes while no daemon is here waits.
   */
  private LentSocket.Lending lending(Supplier<RawSocket> anew) {
    return new LentSocket.Lending(anew, kept::hold, kept::letGo);
  }

  private LentSocket lent(LentSocket socket) {
    lent.removeIf(one -> one.stream().isOver());
    lent.add(socket);
    socket.hold(held);
    return socket;
  }

  private void accepted(RawSocket socket) {
    StreamSession to = session;
    try {
      InetSocketAddress local = socket.local(), peer = socket.peer();
      if (to == null) socket.close();
      else whenHeld(to.loop(), socket, () -> inbound(to, socket, local, peer));
    } catch (RawSocket.SocketException gone) {
      // The peer has given it up already.
      socket.close();
    }
  }

  private void inbound(
      StreamSession to, RawSocket socket, InetSocketAddress local, InetSocketAddress peer) {
    SocketRelay relay = relay(0);
    relay.of(to.open(inbound(local, peer), relay));
    kept.serves(relay, socket, local, peer);
    relay.connected(socket.noDelay());
    carry(relay, local, peer);
  }

  /** What is said to the task's side of a connection that is made. */
  static ByteString connected(InetSocketAddress local) {
    return Connected.newBuilder().setLocal(Endpoints.of(local)).build().toByteString();
  }

  /**
   * How a stream was opened that an earlier daemon has served: by home for whoever has connected to
   * the task, else by the task.
   *
   * @param local home's own address
   * @param task its address as the task knows it
   */
  static StreamState.Builder opened(
      long stream, InetSocketAddress local, InetSocketAddress task, InetSocketAddress peer) {
    StreamState.Builder state = StreamState.newBuilder().setStream(stream);
    return (stream & 1) == 0
        ? state.setOpening(inbound(task, peer))
        : state.setOpening(connected(local)).setReceivedOpening(ByteString.EMPTY);
  }

  private static ByteString inbound(InetSocketAddress local, InetSocketAddress peer) {
    Inbound inbound =
        Inbound.newBuilder().setLocal(Endpoints.of(local)).setPeer(Endpoints.of(peer)).build();
    return Opening.newBuilder().setInbound(inbound).build().toByteString();
  }

  /**
   * Of a connection at home.
   *
   * @param local home's own address, which is not always the one that the task sees
   */
  public record Ends(InetSocketAddress local, InetSocketAddress peer) {}

  /** The connections that are carried or kept. On the loop. */
  public List<Ends> ends() {
    List<Ends> ends = new ArrayList<>(waiting.keySet());
    for (Carried one : carried.values())
      if (!one.relay().stream().isOver())
        ends.add(new Ends(one.relay().local(one.task()), one.peer()));
    return ends;
  }

  /**
   * Packets pass again, which did not for a while: what the peers have not acknowledged goes out
   * again at once. On the loop.
   */
  public void askPeers() {
    waiting.values().forEach(one -> ask(one.socket()));
    for (Carried one : carried.values()) {
      RawSocket socket = one.relay().served();
      if (socket != null) ask(socket);
    }
  }

  private static void ask(RawSocket socket) {
    try {
      TcpRepairMode.ask(socket);
    } catch (RawSocket.SocketException over) {
      // Its relay hears of it.
    }
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
   * is lost. Connects that nobody has answered stand by from here on: the image has the task's.
   */
  public Map<Long, FrozenRelay> frozen() {
    begun.forEach(HomeConnect::standBy);
    Map<Long, FrozenRelay> frozen = new LinkedHashMap<>();
    carried.forEach(
        (stream, one) -> {
          RawSocket socket = one.relay().socket();
          if (socket != null)
            frozen.put(stream, FrozenRelay.of(one.relay(), socket, one.task(), one.peer()));
        });
    return frozen;
  }

  /** After {@link #frozen}, once the session is not frozen any more. On the loop. */
  public void connectAgain() {
    begun.forEach(HomeConnect::goOn);
  }

  /**
   * Of a frozen session: what stands by without a peer is closed, so that the task can have its
   * addresses. On the loop.
   */
  public void release() {
    lent.forEach(LentSocket::release);
  }

  /**
   * While nobody is there who could accept them, those who connect wait in home's kernel, as they
   * would for any program that is busy. On the loop.
   */
  public void holdNewcomers(boolean hold) {
    held = hold;
    lent.forEach(one -> one.hold(hold));
  }

  /** Of a frozen session: ours are closed without a word, and its deputy's stay. On the loop. */
  public void leave() {
    begun.forEach(HomeConnect::standBy);
    begun.clear();
    for (Carried one : carried.values()) {
      RawSocket socket = one.relay().socket();
      if (socket != null) socket.close();
    }
    carried.clear();
    release();
    drop();
  }

  /** What was kept for the task, and never asked for, is closed; the task has it itself. */
  public void drop() {
    waiting.values().forEach(one -> one.socket().close());
    listening.values().forEach(RawSocket::close);
    datagrams.values().forEach(RawSocket::close);
    waiting.clear();
    listening.clear();
    datagrams.clear();
  }

  private static StreamEnd refuse(ByteStream stream, int error) {
    stream.reset(error);
    return new SocketRelay().of(stream);
  }
}
