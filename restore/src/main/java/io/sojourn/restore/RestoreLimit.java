package io.sojourn.restore;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Gives a restore up that stands still: a CRIU that was stopped, or waits for something that does
 * not come. Nothing of the task has run by then, and the image is as it was.
 */
public final class RestoreLimit implements AutoCloseable {
  private final Duration limit;
  private final Shim shim;
  private boolean hit;
  private boolean over;

  private RestoreLimit(Duration limit, Shim shim) {
    this.limit = limit;
    this.shim = shim;
  }

  /** The time runs from now on. */
  public static RestoreLimit on(Shim shim, Duration limit) {
    RestoreLimit set = new RestoreLimit(limit, shim);
    CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS).execute(set::hit);
    return set;
  }

  private synchronized void hit() {
    if (over) return;
    hit = true;
    shim.abort();
  }

  /** Whether the restore was given up. */
  public synchronized boolean wasHit() {
    return hit;
  }

  /** The task runs: what is under the shim now is it. */
  @Override
  public synchronized void close() {
    over = true;
  }

  @Override
  public String toString() {
    return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }
}
