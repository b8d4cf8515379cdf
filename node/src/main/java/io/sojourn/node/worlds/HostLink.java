package io.sojourn.node.worlds;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.move.Visitor;
import io.sojourn.protocol.worlds.AttendRequest;
import io.sojourn.protocol.worlds.AttendResponse;
import io.sojourn.protocol.worlds.EndRequest;
import io.sojourn.protocol.worlds.ListGuestsRequest;
import io.sojourn.protocol.worlds.WorldHostGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A world host that lives, and the connection to it. */
final class HostLink implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long AGAIN_MILLIS = 1_000;

  private final HostPlace place;
  private final boolean takesGuests;
  private final ProcessHandle process;
  private final ManagedChannel channel;
  private final Executor workers;
  private final CompletableFuture<HostLink> ended = new CompletableFuture<>();
  private volatile boolean closed;

  private HostLink(
      HostPlace place,
      boolean takesGuests,
      ProcessHandle process,
      ManagedChannel channel,
      Executor workers) {
    this.place = place;
    this.takesGuests = takesGuests;
    this.process = process;
    this.channel = channel;
    this.workers = workers;
  }

  /**
   * Connects, and attends it from now on.
   *
   * @param takesGuests those that come will live there
   */
  static HostLink to(
      HostPlace place,
      boolean takesGuests,
      ProcessHandle process,
      EventLoopGroup loop,
      Executor workers) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(place.socket().toFile()))
            .eventLoopGroup(loop)
            .channelType(EpollDomainSocketChannel.class)
            .executor(workers)
            .usePlaintext()
            .build();
    HostLink link = new HostLink(place, takesGuests, process, channel, workers);
    process.onExit().thenRun(() -> link.ended.complete(link));
    link.attend();
    return link;
  }

  /** Until either side ends. */
  private void attend() {
    WorldHostGrpc.newStub(channel)
        .attend(
            AttendRequest.newBuilder().setTakesGuests(takesGuests).build(),
            new StreamObserver<>() {
              @Override
              public void onNext(AttendResponse nothing) {}

              @Override
              public void onError(Throwable broken) {
                workers.execute(HostLink.this::left);
              }

              @Override
              public void onCompleted() {
                workers.execute(HostLink.this::left);
              }
            });
  }

  /** Who has ended listens no more, also where nobody has taken note of the end of the process. */
  private void left() {
    if (closed) return;
    if (place.answers())
      CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS, workers)
          .execute(this::attendAgain);
    else ended.complete(this);
  }

  private void attendAgain() {
    if (!closed) attend();
  }

  HostPlace place() {
    return place;
  }

  boolean takesGuests() {
    return takesGuests;
  }

  Channel channel() {
    return channel;
  }

  /** Completes when the host is no more. */
  CompletableFuture<HostLink> ended() {
    return ended;
  }

  /**
   * @throws OperationException it does not answer
   */
  List<Visitor> guests() {
    try {
      return stub().listGuests(ListGuestsRequest.getDefaultInstance()).getGuestsList().stream()
          .map(guest -> new Visitor(guest.getTask(), guest.getName(), guest.getHome()))
          .toList();
    } catch (StatusRuntimeException silent) {
      throw OperationException.failed(
          "the world host, process %d, does not answer: %s"
              .formatted(place.pid(), silent.getStatus()),
          "see its log, worlds.log in the state directory",
          silent);
    }
  }

  private WorldHostGrpc.WorldHostBlockingStub stub() {
    return WorldHostGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Has it end where it has no guests, and waits for that. */
  void endIfIdle() throws InterruptedException {
    try {
      if (stub().end(EndRequest.getDefaultInstance()).getEnds())
        process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (StatusRuntimeException | ExecutionException | TimeoutException byItself) {
      // Nobody attends it any more.
    }
  }

  @Override
  public void close() {
    closed = true;
    channel.shutdownNow();
  }
}
