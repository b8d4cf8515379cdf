package io.sojourn.node.cli;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.sojourn.protocol.node.ClusterControlGrpc;
import io.sojourn.protocol.node.ClusterControlGrpc.ClusterControlBlockingStub;
import io.sojourn.protocol.node.NodeControlGrpc;
import io.sojourn.protocol.node.NodeControlGrpc.NodeControlBlockingStub;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;

/** A connection to the node daemon, made by the first call. */
final class NodeClient implements AutoCloseable {
  private final Channel channel;
  private final Runnable end;

  private NodeClient(Channel channel, Runnable end) {
    this.channel = channel;
    this.end = end;
  }

  static NodeClient connect(Path socket) {
    quiet();
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .eventLoopGroup(loop)
            .channelType(EpollDomainSocketChannel.class)
            .directExecutor()
            .usePlaintext()
            .build();
    return new NodeClient(
        channel,
        () -> {
          channel.shutdownNow();
          loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        });
  }

  /** To the daemon that this process is. */
  static NodeClient within(Channel daemon) {
    return new NodeClient(daemon, () -> {});
  }

  /** The libraries' own logs are not for users, and to set a logging framework up takes time. */
  private static void quiet() {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    LogManager.getLogManager().reset();
  }

  /** Whether somebody listens there. */
  static boolean answers(Path socket) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException nobody) {
      return false;
    }
  }

  NodeControlBlockingStub node() {
    return NodeControlGrpc.newBlockingStub(channel);
  }

  ClusterControlBlockingStub cluster() {
    return ClusterControlGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    end.run();
  }
}
