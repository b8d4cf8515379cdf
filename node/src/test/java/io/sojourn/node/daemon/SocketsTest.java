package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.sojourn.protocol.node.GetNodeRequest;
import io.sojourn.protocol.node.GetNodeResponse;
import io.sojourn.protocol.node.NodeControlGrpc;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketsTest {
  private static final int ME = (int) ProcessHandle.current().pid();

  @TempDir Path directory;

  /** Answers who called. */
  private static final class WhoAmI extends NodeControlGrpc.NodeControlImplBase {
    @Override
    public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> answer) {
      Caller caller = Caller.current();
      answer.onNext(
          GetNodeResponse.newBuilder().setName("" + caller.uid()).setPid(caller.pid()).build());
      answer.onCompleted();
    }
  }

  @Test
  void theKernelSaysWhoCallsAndWhoKnocks() throws Exception {
    Path control = directory.resolve("node.sock"), agents = directory.resolve("agent.sock");
    Files.createFile(control); // What a daemon that died has left.
    CompletableFuture<Integer> knocked = new CompletableFuture<>();
    ExecutorService workers = Executors.newCachedThreadPool();
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try (Sockets sockets =
        Sockets.open(control, List.of(new WhoAmI()), agents, knocked::complete, workers)) {
      assertThat(sockets).isNotNull();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(control)))
          .isEqualTo("rw-rw-rw-");
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(new DomainSocketAddress(control.toFile()))
              .eventLoopGroup(loop)
              .channelType(EpollDomainSocketChannel.class)
              .usePlaintext()
              .build();
      GetNodeResponse me =
          NodeControlGrpc.newBlockingStub(channel).getNode(GetNodeRequest.getDefaultInstance());
      assertThat(me.getName()).isEqualTo("" + Uid.MINE);
      assertThat(me.getPid()).isEqualTo(ME);
      try (SocketChannel knock = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        knock.connect(UnixDomainSocketAddress.of(agents));
      }
      assertThat(knocked.get(5, TimeUnit.SECONDS)).isEqualTo(ME);
      channel.shutdownNow();
    } finally {
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      workers.shutdownNow();
    }
  }
}
