package io.sojourn.checkpointer;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends a dump that takes longer than the task may stand still. */
final class PauseLimit implements AutoCloseable {
  private final Duration limit;
  private final Runnable abort;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          runnable -> {
            Thread thread = new Thread(runnable, "pause limit");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean hit;

  PauseLimit(Duration limit, Runnable abort) {
    this.limit = limit;
    this.abort = abort;
  }

  /** The task stands still from now on. */
  void start() {
    var unused =
        clock.schedule(
            () -> {
              hit = true;
              abort.run();
            },
            limit.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  boolean hit() {
    return hit;
  }

  /** It came in time. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
