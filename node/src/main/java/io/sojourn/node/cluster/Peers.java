package io.sojourn.node.cluster;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The ways to the other nodes: a channel each, which connects anew by itself. A dead link is seen
 * within seconds, also by a call that only waits.
 */
public final class Peers implements AutoCloseable {
  private static final int HTTP_KEEPALIVE_SECONDS = 10;

  private record Way(String address, ManagedChannel channel) {}

  /** A connection of its own for each loop that has asked for one. */
  private record Own(String node, EventLoop loop) {}

  private final Roster roster;
  private final Credentials credentials;
  private final Trust trust;
  private final EventLoopGroup loop;
  private final Executor workers;
  private final Map<String, Way> ways = new HashMap<>();
  private final Map<Own, Way> own = new HashMap<>();
  private boolean closed;

  Peers(
      Roster roster, Credentials credentials, Trust trust, EventLoopGroup loop, Executor workers) {
    this.roster = roster;
    this.credentials = credentials;
    this.trust = trust;
    this.loop = loop;
    this.workers = workers;
  }

  /**
   * The way to a node.
   *
   * @throws io.sojourn.engine.operation.OperationException there is no such node
   */
  public synchronized Channel channel(String node) {
    return way(ways, node, node, loop).channel();
  }

  /**
   * A way to a node over a connection that is served by this loop, as those are who use it: what
   * they say and hear crosses no other thread, and waits behind nobody else's bytes.
   *
   * @throws io.sojourn.engine.operation.OperationException there is no such node
   */
  public synchronized Channel channel(String node, EventLoop served) {
    Way way = way(own, new Own(node, served), node, served);
    // Connects while the caller prepares: a handshake later would be in a task's way.
    way.channel().getState(true);
    return way.channel();
  }

  private <K> Way way(Map<K, Way> known, K key, String node, EventLoopGroup served) {
    String address = roster.find(node).getAddress();
    if (closed) throw new IllegalStateException("the daemon is about to end");
    Way way = known.get(key);
    if (way != null && !way.address().equals(address)) {
      way.channel().shutdownNow();
      way = null;
    }
    if (way == null) {
      way = new Way(address, open(node, address, served));
      known.put(key, way);
    }
    return way;
  }

  /** Tries at once again to reach a node, by each way, instead of in ever longer intervals. */
  synchronized void hurry(String node) {
    Way shared = ways.get(node);
    if (shared != null) hurry(shared, true);
    own.forEach(
        (key, way) -> {
          if (key.node().equals(node)) hurry(way, false);
        });
  }

  /** Likewise all nodes, by the ways that somebody has asked for. */
  synchronized void hurry() {
    ways.values().forEach(way -> hurry(way, false));
    own.values().forEach(way -> hurry(way, false));
  }

  /**
   * @param wanted whether it is to be there though nobody calls
   */
  private static void hurry(Way way, boolean wanted) {
    if (way.channel().getState(wanted) == ConnectivityState.TRANSIENT_FAILURE)
      way.channel().resetConnectBackoff();
  }

  /** Closes the ways to nodes that are none any more. */
  synchronized void prune() {
    prune(ways, Function.identity());
    prune(own, Own::node);
  }

  private <K> void prune(Map<K, Way> known, Function<K, String> node) {
    known
        .entrySet()
        .removeIf(
            way -> {
              boolean gone = !roster.has(node.apply(way.getKey()));
              if (gone) way.getValue().channel().shutdownNow();
              return gone;
            });
  }

  private ManagedChannel open(String node, String address, EventLoopGroup served) {
    return builder(
            Address.parse(address),
            PeerTls.client(credentials, PeerCheck.of(trust, node)),
            served,
            workers)
        .build();
  }

  static NettyChannelBuilder builder(
      Address address, SslContext tls, EventLoopGroup loop, Executor workers) {
    return NettyChannelBuilder.forAddress(address.socket(), BulkHttp2.client(tls))
        .overrideAuthority(PeerTls.HOST)
        .eventLoopGroup(loop)
        .channelType(EpollSocketChannel.class)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, DeadLinks.CONNECT_MILLIS)
        .withOption(EpollChannelOption.TCP_USER_TIMEOUT, DeadLinks.MILLIS)
        .withOption(EpollChannelOption.SO_KEEPALIVE, true)
        .withOption(EpollChannelOption.TCP_KEEPIDLE, DeadLinks.IDLE_SECONDS)
        .withOption(EpollChannelOption.TCP_KEEPINTVL, 1)
        .withOption(EpollChannelOption.TCP_KEEPCNT, DeadLinks.PROBES)
        .withOption(ChannelOption.RECVBUF_ALLOCATOR, PeerServer.reading())
        .withOption(ChannelOption.ALLOCATOR, PeerServer.MEMORY)
        .keepAliveTime(HTTP_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(DeadLinks.MILLIS, TimeUnit.MILLISECONDS)
        .keepAliveWithoutCalls(true)
        .initialFlowControlWindow(DeadLinks.WINDOW)
        .maxInboundMessageSize(PeerServer.LARGEST_MESSAGE)
        // No proxy of the environment lies between the nodes of a cluster.
        .proxyDetector(target -> null)
        .executor(workers);
  }

  @Override
  public synchronized void close() {
    closed = true;
    ways.values().forEach(way -> way.channel().shutdownNow());
    own.values().forEach(way -> way.channel().shutdownNow());
    ways.clear();
    own.clear();
  }
}
