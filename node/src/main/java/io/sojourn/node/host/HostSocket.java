package io.sojourn.node.host;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.problem.AnsweringListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Where daemons call: in a directory that nobody else can look into. */
final class HostSocket implements AutoCloseable {
  private final Server server;

  private HostSocket(Server server) {
    this.server = server;
  }

  /**
   * @param guests called in the names of other nodes, which the daemon has made sure of
   * @param own for the daemon itself
   */
  static HostSocket open(
      Path socket,
      BindableService guests,
      BindableService own,
      EventLoopGroup loops,
      ExecutorService workers)
      throws IOException {
    return new HostSocket(
        NettyServerBuilder.forAddress(
                new DomainSocketAddress(socket.toFile()), InsecureServerCredentials.create())
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .executor(workers)
            .addService(ServerInterceptors.intercept(guests, PeerNode.HANDED_ON_INTERCEPTOR))
            .addService(own)
            .intercept(AnsweringListener.INTERCEPTOR)
            .build()
            .start());
  }

  /** What is being answered is, as far as that takes no time. */
  @Override
  public void close() throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(1, TimeUnit.SECONDS)) server.shutdownNow();
  }
}
