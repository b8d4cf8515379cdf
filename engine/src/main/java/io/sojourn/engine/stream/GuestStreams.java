package io.sojourn.engine.stream;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.util.concurrent.ScheduledFuture;
import io.sojourn.protocol.stream.StreamFrame;
import io.sojourn.protocol.stream.StreamsGrpc;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The guest node's side of the calls: carries a session, and calls again when a call breaks. */
public final class GuestStreams {
  private static final int READY_BYTES = 512 << 10;
  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final StreamSession session;
  private final long incarnation;
  private final StreamsGrpc.StreamsStub stub;
  private final Consumer<Status> refused;
  private final Optional<Duration> patience;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean stopped;
  private @Nullable ScheduledFuture<?> losing;

  /** What waits for home waits for ever. */
  public GuestStreams(
      StreamSession session, long incarnation, Channel home, Consumer<Status> refused) {
    this(session, incarnation, home, Optional.empty(), refused);
  }

  /**
   * @param home leads to home; reconnects by itself
   * @param patience after this time without home, what waits for it fails; empty: it waits
   * @param refused called once on the loop, when home does not serve this life of the task any more
   */
  public GuestStreams(
      StreamSession session,
      long incarnation,
      Channel home,
      Optional<Duration> patience,
      Consumer<Status> refused) {
    this.patience = patience;
    this.session = session;
    this.incarnation = incarnation;
    // Events come on the session's loop; where the channel's transport is on the same, at once.
    this.stub =
        StreamsGrpc.newStub(home)
            .withExecutor(
                task -> {
                  if (session.loop().inEventLoop()) task.run();
                  else session.loop().execute(task);
                })
            .withOnReadyThreshold(READY_BYTES);
    this.refused = refused;
  }

  public void start() {
    session.loop().execute(this::call);
  }

  /** On the loop. */
  public void stop() {
    stopped = true;
    homeIsThere();
    session.detach("the guest node is done");
  }

  private void call() {
    if (!stopped && !session.isOver()) stub.carry(new Call());
  }

  private void ended(Status status) {
    if (stopped) return;
    switch (status.getCode()) {
      case FAILED_PRECONDITION, PERMISSION_DENIED, UNAUTHENTICATED -> {
        stopped = true;
        refused.accept(status);
      }
      default -> {
        if (losing == null && patience.isPresent())
          losing =
              session
                  .loop()
                  .schedule(
                      () -> session.otherLost(true),
                      patience.get().toMillis(),
                      TimeUnit.MILLISECONDS);
        session.loop().schedule(this::call, pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
      }
    }
  }

  private void homeIsThere() {
    if (losing == null) return;
    losing.cancel(false);
    losing = null;
    session.otherLost(false);
  }

  private final class Call implements ClientResponseObserver<StreamFrame, StreamFrame> {
    private @Nullable ClientCallStreamObserver<StreamFrame> call;
    private @Nullable Wire wire;
    private boolean attached;

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamFrame> started) {
      call = started;
      wire = new CallWire(started, why -> started.cancel(why, null));
      started.setOnReadyHandler(this::ready);
    }

    /** The transport is there: only now is it known where this side will stand. */
    private void ready() {
      if (call == null || session.isOver()) return;
      if (attached) session.pump();
      else if (wire != null && !said) {
        said = true;
        wire.send(
            StreamFrame.newBuilder()
                .setAttach(session.position().toBuilder().setIncarnation(incarnation))
                .build());
      }
    }

    private boolean said;

    @Override
    public void onNext(StreamFrame frame) {
      if (wire == null) return;
      if (attached) session.receive(wire, frame);
      else if (frame.hasAttach()) {
        attached = true;
        homeIsThere();
        pauseMillis = FIRST_PAUSE_MILLIS;
        session.attachChecked(wire, frame.getAttach());
      }
    }

    @Override
    public void onError(Throwable broken) {
      if (wire != null) session.detached(wire);
      ended(Status.fromThrowable(broken));
    }

    @Override
    public void onCompleted() {
      if (wire != null) session.detached(wire);
      ended(Status.UNAVAILABLE);
    }
  }
}
