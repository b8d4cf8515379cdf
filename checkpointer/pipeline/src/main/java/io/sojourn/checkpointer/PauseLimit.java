package io.sojourn.checkpointer;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends a dump that takes longer than the task may stand still: first by a word, and where nothing
 * comes of it, by force.
 */
final class PauseLimit implements AutoCloseable {
  /** A CRIU that hangs in a write to a dead disk hears no word. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Duration limit;
  private final Runnable cancel;
  private final Runnable abort;
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(
          1,
          runnable -> {
            Thread thread = new Thread(runnable, "pause limit");
            thread.setDaemon(true);
            return thread;
          });
  private boolean hit;
  private boolean kept;

  PauseLimit(Duration limit, Runnable cancel, Runnable abort) {
    this.limit = limit;
    this.cancel = cancel;
    this.abort = abort;
    // A thread's start would be part of the pause.
    clock.prestartCoreThread();
  }

  /** The task stands still from now on. */
  void start() {
    after(limit, this::over);
  }

  private synchronized void over() {
    if (kept) return;
    hit = true;
    after(PATIENCE, abort);
    cancel.run();
  }

  private void after(Duration time, Runnable what) {
    var unused = clock.schedule(what, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The dump is there. False where it came too late, and is being given up. */
  synchronized boolean keep() {
    kept = !hit;
    return kept;
  }

  synchronized boolean hit() {
    return hit;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
