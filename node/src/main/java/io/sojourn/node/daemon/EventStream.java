package io.sojourn.node.daemon;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Phase;
import io.sojourn.protocol.node.PhaseStarted;
import io.sojourn.protocol.node.Progress;
import java.util.function.Function;

/**
 * Tells a caller how an operation goes. A caller who has gone away changes nothing: the operation
 * comes to its end.
 */
final class EventStream implements OperationListener {
  /** A reader's eye needs no more. */
  private static final long PROGRESS_NANOS = 100_000_000;

  private final ServerCallStreamObserver<OperationEvent> caller;
  private long toldNanos = System.nanoTime() - PROGRESS_NANOS;

  private EventStream(ServerCallStreamObserver<OperationEvent> caller) {
    this.caller = caller;
    // With a handler, gRPC does not throw at whoever writes to a caller that has gone.
    caller.setOnCancelHandler(() -> {});
  }

  /** Runs the operation, and ends the stream with its result or its problem. */
  static void serve(
      StreamObserver<OperationEvent> caller, Function<OperationListener, OperationResult> work) {
    EventStream stream = new EventStream((ServerCallStreamObserver<OperationEvent>) caller);
    try {
      OperationResult result = work.apply(stream);
      stream.tell(OperationEvent.newBuilder().setResult(result).build());
      caller.onCompleted();
    } catch (RuntimeException failure) {
      caller.onError(Problems.statusOf(failure));
    }
  }

  @Override
  public void phaseStarted(String name) {
    tell(OperationEvent.newBuilder().setStarted(PhaseStarted.newBuilder().setName(name)).build());
  }

  @Override
  public void phaseFinished(String name, double millis) {
    tell(
        OperationEvent.newBuilder()
            .setFinished(Phase.newBuilder().setName(name).setMillis(millis))
            .build());
  }

  @Override
  public synchronized void progress(long done, long total) {
    long now = System.nanoTime();
    if (now - toldNanos < PROGRESS_NANOS && done != total) return;
    toldNanos = now;
    tell(
        OperationEvent.newBuilder()
            .setProgress(Progress.newBuilder().setDone(done).setTotal(total))
            .build());
  }

  private synchronized void tell(OperationEvent event) {
    if (!caller.isCancelled()) caller.onNext(event);
  }
}
