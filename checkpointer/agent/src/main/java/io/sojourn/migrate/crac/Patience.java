package io.sojourn.migrate.crac;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waiting with a limit that an interrupt does not cut short: it is kept for whoever it was for. Not
 * for programs.
 */
public final class Patience {
  private Patience() {}

  /** False when the limit was over first. */
  public static boolean await(CompletableFuture<?> future, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
          return true;
        } catch (InterruptedException later) {
          interrupted = true;
        } catch (TimeoutException nothing) {
          return false;
        } catch (ExecutionException impossible) {
          throw new IllegalStateException(impossible);
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }
}
