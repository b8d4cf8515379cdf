package io.sojourn.node.daemon;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The daemon's two sockets: the control socket, and the one that agents knock at. Anybody may
 * connect to either: what a caller may do follows from who it is.
 */
final class Sockets implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("sockets", true), EpollIoHandler.newFactory());
  private final Server server;

  private Sockets(Path control, List<BindableService> services, ExecutorService workers) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new DomainSocketAddress(control.toFile()),
                InternalNettyServerCredentials.create(new CallerNegotiator()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .executor(workers)
            .intercept(Caller.INTERCEPTOR);
    services.forEach(builder::addService);
    server = builder.build();
  }

  /**
   * Opens both. What a daemon that died left of them is removed before: call under the lock only.
   *
   * @param knocked is told the pid of each process that connects to {@code agents}
   */
  static Sockets open(
      Path control,
      List<BindableService> services,
      Path agents,
      IntConsumer knocked,
      ExecutorService workers)
      throws IOException {
    Files.deleteIfExists(control);
    Files.deleteIfExists(agents);
    Sockets sockets = new Sockets(control, services, workers);
    sockets.listen(agents, pid -> workers.execute(() -> knocked.accept(pid)));
    forAll(agents);
    sockets.server.start();
    forAll(control);
    return sockets;
  }

  private void listen(Path agents, IntConsumer knocked) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerDomainSocketChannel.class)
            .childHandler(new Knocks(knocked))
            .bind(new DomainSocketAddress(agents.toFile()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) throw new IOException("cannot listen at " + agents, bound.cause());
  }

  private static void forAll(Path socket) throws IOException {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  /** Answers no more calls, once those under way have been answered. */
  @Override
  public void close() throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(5, TimeUnit.SECONDS)) server.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
  }

  @ChannelHandler.Sharable
  private static final class Knocks extends ChannelInboundHandlerAdapter {
    private final IntConsumer knocked;

    Knocks(IntConsumer knocked) {
      this.knocked = knocked;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      int pid = Caller.of((EpollDomainSocketChannel) context.channel()).pid();
      context.close();
      // 0: a process of another pid namespace that ours does not see.
      if (pid > 0) knocked.accept(pid);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable gone) {
      context.close();
    }
  }
}
