package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.group.Rendezvous;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/** Does something with several tasks side by side, and waits for all of it, however it goes. */
final class GroupWork<T> {
  /**
   * @param task its name
   */
  record Step<T>(String task, Supplier<T> work) {}

  private final ExecutorService workers;
  private final Rendezvous rendezvous;
  private final List<T> done = new ArrayList<>();

  GroupWork(ExecutorService workers, Rendezvous rendezvous) {
    this.workers = workers;
    this.rendezvous = rendezvous;
  }

  /** What was done, in the order of the steps; where one has failed, of the others. */
  List<T> done() {
    return List.copyOf(done);
  }

  /** False where one of them has failed. */
  boolean all(List<Step<T>> steps) {
    List<Future<T>> futures = new ArrayList<>();
    for (Step<T> step : steps) futures.add(workers.submit(() -> guarded(step)));
    for (Future<T> future : futures)
      try {
        done.add(future.get());
      } catch (ExecutionException noted) {
        // The rendezvous knows who was first.
      } catch (InterruptedException hurry) {
        Thread.currentThread().interrupt();
        throw OperationException.failed("the daemon is about to end", "start it again", hurry);
      }
    return done.size() == steps.size();
  }

  private T guarded(Step<T> step) {
    try {
      return step.work().get();
    } catch (RuntimeException failed) {
      rendezvous.fail(step.task(), failed);
      throw failed;
    } catch (Error defect) {
      rendezvous.fail(step.task(), new IllegalStateException(defect));
      throw defect;
    }
  }

  /**
   * Says why, in words.
   *
   * @param what was not done
   */
  OperationException failure(String what) {
    Rendezvous.Failure first = rendezvous.failure().orElseThrow();
    if (!(first.why() instanceof OperationException why)) throw first.why();
    String message = what + ": " + first.who() + ": " + why.getMessage();
    return switch (why.kind()) {
      case FAILED -> OperationException.failed(message, why.mend(), why);
      case REFUSED -> OperationException.refused(message, why.mend());
      case USAGE -> OperationException.usage(message, why.mend());
      case NOT_FOUND -> OperationException.notFound(message, why.mend());
    };
  }
}
