package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.group.CommonFate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Does something with several tasks side by side, and waits for all of it, however it goes. */
final class GroupWork<T> {
  /**
   * @param task its name
   */
  record Step<T>(String task, Supplier<T> work) {}

  private final ExecutorService workers;
  private final CommonFate fate;
  private final List<T> done = new ArrayList<>();

  GroupWork(ExecutorService workers, CommonFate fate) {
    this.workers = workers;
    this.fate = fate;
  }

  /** What was done, in the order of the steps; where one has failed, of the others. */
  List<T> done() {
    return List.copyOf(done);
  }

  /** False where one of them has failed. */
  boolean all(List<Step<T>> steps) {
    return all(steps, task -> true);
  }

  /**
   * @param next whether the step after this one may be begun
   */
  boolean all(List<Step<T>> steps, Predicate<String> next) {
    List<Future<T>> futures = new ArrayList<>();
    for (Step<T> step : steps) {
      futures.add(workers.submit(() -> guarded(step)));
      if (!next.test(step.task())) break;
    }
    for (Future<T> future : futures)
      try {
        done.add(future.get());
      } catch (ExecutionException noted) {
        // Their fate knows who was first.
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
      fate.fail(step.task(), failed);
      throw failed;
    } catch (Error defect) {
      fate.fail(step.task(), new IllegalStateException(defect));
      throw defect;
    }
  }

  CommonFate.Failure failure() {
    return fate.failure().orElseThrow();
  }
}
