package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A guest node and a home node, with a link between them that can be cut. */
final class TwoSides implements AutoCloseable {
  final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          2, new DefaultThreadFactory("sides", true), EpollIoHandler.newFactory());
  final EventLoop guestLoop = loops.next();
  final EventLoop homeLoop = loops.next();
  final StreamSessions sessions = new StreamSessions();
  final CompletableFuture<Status> refused = new CompletableFuture<>();
  final CutLink link;
  private final Server server;
  private final ManagedChannel channel;

  TwoSides() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(new HomeStreams(sessions))
            .build()
            .start();
    link = new CutLink(server.getPort());
    channel = NettyChannelBuilder.forAddress("127.0.0.1", link.port()).usePlaintext().build();
  }

  GuestStreams call(StreamSession guest, long incarnation) {
    GuestStreams call = new GuestStreams(guest, incarnation, channel, refused::complete);
    call.start();
    return call;
  }

  /** A stream end that sends back what it gets. */
  static StreamEnd echo(ByteStream stream) {
    return new StreamEnd() {
      @Override
      public void data(ByteString bytes) {
        stream.send(bytes);
        stream.consumed(bytes.size());
      }

      @Override
      public void ended() {
        stream.endConsumed();
        stream.finish();
      }

      @Override
      public void reset(int error) {}
    };
  }

  static <T> T on(EventLoop loop, Callable<T> work) throws Exception {
    return loop.submit(work).get(1, TimeUnit.MINUTES);
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    server.shutdownNow();
    link.close();
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
