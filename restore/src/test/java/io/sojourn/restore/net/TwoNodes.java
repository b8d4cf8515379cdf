package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.stream.GuestStreams;
import io.sojourn.engine.stream.HomeStreams;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.engine.stream.StreamSessions;
import io.sojourn.home.net.HomeConnections;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.protocol.connection.InterfaceAddress;
import io.sojourn.protocol.connection.NetworkInterface;
import io.sojourn.protocol.connection.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A home node, a guest node with a guest world, and a machine of peers, each in a network namespace
 * of its own; home's address is 10.9.8.7 and fd09::7, the peers' 10.9.8.1 and fd09::1. The nodes
 * talk over this machine's loopback.
 */
final class TwoNodes implements AutoCloseable {
  static final String HOME = "10.9.8.7";
  static final String HOME6 = "fd09::7";
  static final String PEER = "10.9.8.1";
  static final String PEER6 = "fd09::1";

  final NetworkNamespace home = NetworkNamespace.make();
  final NetworkNamespace peers = NetworkNamespace.make();
  NetworkNamespace world = NetworkNamespace.make();
  GuestNetwork network;
  final HomeConnections atHome;
  GuestConnections atGuest;
  final StreamSession homeSession;
  StreamSession guestSession;
  final StreamSessions sessions = new StreamSessions();
  GuestStreams call;
  private final EventLoopGroup homeGroup;
  private final EventLoopGroup guestGroup = group(new DefaultThreadFactory("guest", true));
  private final Server server;
  private final ManagedChannel channel;
  private final ExecutorService inPeers;
  private final ExecutorService inWorld;
  private final ExecutorService inHome;

  TwoNodes() throws IOException {
    peers.run(
        "",
        List.of(
            "sh",
            "-c",
            "ip link set lo up && ip link add eth0 type veth peer name home0 netns "
                + home.path()
                + " && ip link set eth0 up && ip addr add 10.9.8.1/24 dev eth0"
                + " && ip addr add fd09::1/64 dev eth0 nodad"));
    home.run(
        "",
        List.of(
            "sh",
            "-c",
            "ip link set lo up && ip link set home0 name eth0 && ip link set eth0 up"
                + " && ip addr add 10.9.8.7/24 dev eth0 && ip addr add fd09::7/64 dev eth0 nodad"));
    homeGroup = group(home.threads(new DefaultThreadFactory("home", true)));
    EventLoop homeLoop = homeGroup.next(), guestLoop = guestGroup.next();
    atHome = new HomeConnections();
    homeSession = new StreamSession("task", StreamSession.Side.HOME, homeLoop, atHome);
    atHome.start(homeSession);
    sessions.give(2, homeSession);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .channelType(EpollServerSocketChannel.class)
            .bossEventLoopGroup(homeGroupOutside())
            .workerEventLoopGroup(homeGroup)
            .directExecutor()
            .addService(new HomeStreams(sessions))
            .build()
            .start();
    network = GuestNetwork.prepare(world, worn());
    atGuest = new GuestConnections(network, TwoNodes::ownPid);
    guestSession = new StreamSession("task", StreamSession.Side.GUEST, guestLoop, atGuest);
    atGuest.start(guestSession);
    network.open();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .channelType(EpollSocketChannel.class)
            .eventLoopGroup(guestGroup)
            .build();
    call = new GuestStreams(guestSession, 2, channel, refused -> {});
    call.start();
    inPeers = Executors.newCachedThreadPool(peers.threads(new DefaultThreadFactory("peer", true)));
    inWorld = Executors.newCachedThreadPool(world.threads(new DefaultThreadFactory("task", true)));
    inHome = Executors.newCachedThreadPool(home.threads(new DefaultThreadFactory("athome", true)));
  }

  private static EventLoopGroup group(java.util.concurrent.ThreadFactory threads) {
    return new MultiThreadIoEventLoopGroup(1, threads, EpollIoHandler.newFactory());
  }

  /** The nodes' own link is not in home's network namespace here. */
  private static EventLoopGroup homeGroupOutside() {
    return group(new DefaultThreadFactory("link", true));
  }

  private static HomeNetwork worn() throws IOException {
    return HomeNetwork.newBuilder()
        .addInterfaces(
            NetworkInterface.newBuilder()
                .setName("eth0")
                .setMtu(1500)
                .addAddresses(address(HOME, 24))
                .addAddresses(address(HOME6, 64)))
        .addRoutes(route("10.9.8.0", 24, HOME))
        .addRoutes(route("fd09::", 64, HOME6))
        .build();
  }

  private static InterfaceAddress address(String address, int prefix) throws IOException {
    return InterfaceAddress.newBuilder().setAddress(bytes(address)).setPrefix(prefix).build();
  }

  private static Route route(String to, int prefix, String source) throws IOException {
    return Route.newBuilder()
        .setDestination(bytes(to))
        .setPrefix(prefix)
        .setSource(bytes(source))
        .build();
  }

  private static ByteString bytes(String address) throws IOException {
    return ByteString.copyFrom(InetAddress.getByName(address).getAddress());
  }

  /** The tasks' sockets are this process's. */
  private static int ownPid() {
    return (int) ProcessHandle.current().pid();
  }

  /** Another guest node, with an empty world; the old one is left to itself. */
  void anotherGuest() throws IOException {
    atGuest.close();
    network.close();
    world.close();
    world = NetworkNamespace.make();
    network = GuestNetwork.prepare(world, worn());
    atGuest = new GuestConnections(network, TwoNodes::ownPid);
    guestSession =
        new StreamSession("task", StreamSession.Side.GUEST, guestSession.loop(), atGuest);
  }

  /** From now on this life is served, and no older one. */
  void live(long incarnation) {
    sessions.give(incarnation, homeSession);
    call = new GuestStreams(guestSession, incarnation, channel, refused -> {});
    call.start();
  }

  <T> Future<T> peer(Callable<T> work) {
    return inPeers.submit(work);
  }

  /** In the guest world. */
  <T> Future<T> task(Callable<T> work) {
    return inWorld.submit(work);
  }

  <T> Future<T> atHome(Callable<T> work) {
    return inHome.submit(work);
  }

  <T> T onGuestLoop(Callable<T> work) throws Exception {
    return on(guestSession.loop(), work);
  }

  <T> T onHomeLoop(Callable<T> work) throws Exception {
    return on(homeSession.loop(), work);
  }

  private static <T> T on(EventLoop loop, Callable<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            result.complete(work.call());
          } catch (Exception failed) {
            result.completeExceptionally(failed);
          }
        });
    return result.get();
  }

  @Override
  public void close() throws IOException {
    guestSession.loop().execute(call::stop);
    channel.shutdownNow();
    server.shutdownNow();
    inPeers.shutdownNow();
    inWorld.shutdownNow();
    inHome.shutdownNow();
    atGuest.close();
    network.close();
    homeGroup.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    guestGroup
        .shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS)
        .syncUninterruptibly();
    home.close();
    peers.close();
    world.close();
  }
}
