package io.sojourn.harness;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Collection;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.NodeControlGrpc;
import io.sojourn.protocol.node.NodeControlGrpc.NodeControlBlockingStub;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RemoveImageRequest;
import io.sojourn.protocol.node.RestoreRequest;
import java.time.Duration;
import java.util.Iterator;
import java.util.regex.Pattern;

/**
 * Asks the daemon as {@code ckpt} does, without a process each time: for hundreds of operations.
 */
public final class Wire implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  // The preflight's words; CRIU's where it was taken since (-17 is EEXIST).
  private static final Pattern NUMBER_TAKEN =
      Pattern.compile("number \\d+ of task .* is in use|create a thread: -17|Can't fork for \\d+");

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final ManagedChannel channel;
  private final NodeControlBlockingStub node;

  public Wire(Node node) {
    channel =
        NettyChannelBuilder.forAddress(
                new DomainSocketAddress(node.run().resolve("node.sock").toFile()))
            .eventLoopGroup(loop)
            .channelType(EpollDomainSocketChannel.class)
            .usePlaintext()
            .build();
    this.node = NodeControlGrpc.newBlockingStub(channel);
  }

  /** Freezes without a collection. */
  public OperationResult freeze(String task) {
    return last(
        node.checkpoint(
            CheckpointRequest.newBuilder()
                .setTask(task)
                .setThen(Then.STOP)
                .setCollection(Collection.NONE)
                .build()));
  }

  /**
   * Restores; again where another process of this machine has taken a number of the task's, for
   * that ends as a rule.
   */
  public OperationResult restore(String image) {
    RestoreRequest request = RestoreRequest.newBuilder().setTarget(image).build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true)
      try {
        return last(node.restore(request));
      } catch (StatusRuntimeException failure) {
        if (!NUMBER_TAKEN.matcher(failure.toString()).find() || System.nanoTime() - deadline > 0)
          throw failure;
      }
  }

  public void remove(String image) {
    node.removeImage(RemoveImageRequest.newBuilder().setImage(image).build());
  }

  private static OperationResult last(Iterator<OperationEvent> events) {
    OperationEvent event = events.next();
    while (events.hasNext()) event = events.next();
    return event.getResult();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully();
  }
}
