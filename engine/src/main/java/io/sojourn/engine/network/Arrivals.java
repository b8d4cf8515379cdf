package io.sojourn.engine.network;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Those who are connecting to a task that is about to leave. An image holds nobody whom the task
 * has not accepted; so the door is shut first (who knocks, knocks again a second later), and the
 * task gets the time to accept who is inside.
 */
public final class Arrivals {
  /** Servers accept within milliseconds; one that does not is not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** The kernel has no event for an accept queue that becomes empty. */
  private static final Duration LOOK = Duration.ofMillis(2);

  private Arrivals() {}

  /** Waits until all are in. False where that takes too long: then who is left is lost. */
  public static boolean settle(Callable<Boolean> settled) throws Exception {
    long limit = System.nanoTime() + PATIENCE.toNanos();
    while (!settled.call()) {
      if (System.nanoTime() > limit) return false;
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return true;
  }
}
