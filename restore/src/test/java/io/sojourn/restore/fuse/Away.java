package io.sojourn.restore.fuse;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.stream.AlertLoops;
import io.sojourn.home.files.Export;
import io.sojourn.home.files.FileService;
import io.sojourn.protocol.files.Entry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/** Home's files and a guest that has them mounted, over a real connection. */
final class Away implements AutoCloseable {
  /** Few, so that tests meet the limit. */
  private static final int MOST_FILES = 3000;

  /** The guest node has no files of its own. */
  private static final Path NOTHING = Path.of("/proc/self/fdinfo/none");

  private static final int WINDOW = 8 << 20;

  private final FileService service;
  private final Server server;
  private final EventLoopGroup loops = AlertLoops.of(1, "away");
  private final ManagedChannel channel;
  private final HomeMount mount;
  private final Path target;

  private Away(
      Path home,
      ThreadIdentity user,
      Path target,
      HomePolicy policy,
      Path own,
      IntUnaryOperator port,
      ServerInterceptor... listening)
      throws Exception {
    this(new Export(home, user), target, policy, own, port, listening);
  }

  private Away(
      Export export,
      Path target,
      HomePolicy policy,
      Path own,
      IntUnaryOperator port,
      ServerInterceptor... listening)
      throws Exception {
    this.target = target;
    service = new FileService((task, incarnation) -> export, MOST_FILES);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .flowControlWindow(WINDOW)
            .directExecutor()
            .addService(ServerInterceptors.intercept(service, listening))
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port.applyAsInt(server.getPort()))
            .flowControlWindow(WINDOW)
            .usePlaintext()
            .eventLoopGroup(loops)
            .channelType(EpollSocketChannel.class)
            .build();
    mount =
        HomeMount.mount(
            target,
            channel,
            loops.next(),
            new HomeTask("task", 1),
            policy,
            Duration.ofSeconds(20),
            own);
  }

  static Away of(Path home) throws Exception {
    return of(home, new ThreadIdentity(0, 0, new int[] {0}));
  }

  static Away of(Path home, ThreadIdentity user) throws Exception {
    return new Away(
        home,
        user,
        Files.createTempDirectory("sojourn-away"),
        HomePolicy.WAIT,
        NOTHING,
        port -> port);
  }

  /** With somebody who has the connections that the task makes. */
  static Away of(Export export, SocketCallers callers) throws Exception {
    Away away =
        new Away(
            export,
            Files.createTempDirectory("sojourn-away"),
            HomePolicy.WAIT,
            NOTHING,
            port -> port);
    away.mount.reachedBy(callers);
    return away;
  }

  /** With somebody who hears what is said to home. */
  static Away of(Path home, ServerInterceptor listening) throws Exception {
    return new Away(
        home,
        new ThreadIdentity(0, 0, new int[] {0}),
        Files.createTempDirectory("sojourn-away"),
        HomePolicy.WAIT,
        NOTHING,
        port -> port,
        listening);
  }

  /**
   * @param own where the guest node has files of its own
   */
  static Away of(Path home, Path own, ServerInterceptor listening) throws Exception {
    return new Away(
        home,
        new ThreadIdentity(0, 0, new int[] {0}),
        Files.createTempDirectory("sojourn-away"),
        HomePolicy.WAIT,
        own,
        port -> port,
        listening);
  }

  /** Over a link that can be cut. */
  static Away of(Path home, Link link, HomePolicy policy, ServerInterceptor... listening)
      throws Exception {
    return new Away(
        home,
        new ThreadIdentity(0, 0, new int[] {0}),
        Files.createTempDirectory("sojourn-away"),
        policy,
        NOTHING,
        link::to,
        listening);
  }

  java.util.concurrent.CompletableFuture<Void> gone() {
    return mount.gone();
  }

  /** As {@link HomeMount#connect}. */
  int connect(Entry file, int socket, ThreadIdentity as) throws IOException {
    return mount.connect(file, socket, as, 5);
  }

  Path target() {
    return target;
  }

  @Override
  public void close() throws Exception {
    mount.close();
    channel.shutdownNow();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    service.close();
    server.shutdownNow();
    Files.delete(target);
  }

  /** By hand: HOME TARGET. */
  public static void main(String[] arguments) throws Exception {
    Away away =
        new Away(
            Path.of(arguments[0]),
            new ThreadIdentity(0, 0, new int[] {0}),
            Path.of(arguments[1]),
            HomePolicy.WAIT,
            NOTHING,
            port -> port);
    System.out.println("mounted");
    int ignored = System.in.read();
    away.mount.close();
    System.exit(ignored < 0 ? 0 : 0);
  }
}
