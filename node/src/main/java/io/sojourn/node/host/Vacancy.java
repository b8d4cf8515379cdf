package io.sojourn.node.host;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * When a world host is to end: it has no guests, and no daemon means to give it any. After a
 * daemon's death it waits a moment for the next one.
 */
final class Vacancy {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final long LOOK_MILLIS = 500;

  private final BooleanSupplier idle;
  private final BooleanSupplier forgotten;
  private final LongSupplier clock;
  private int wanted;
  private boolean endNow;
  private long unwantedSinceNanos;

  /**
   * @param idle whether it has no guests, and no home is to be told anything
   * @param forgotten likewise, where its daemon has died
   */
  Vacancy(BooleanSupplier idle, BooleanSupplier forgotten) {
    this(idle, forgotten, System::nanoTime);
  }

  /**
   * @param clock in nanoseconds
   */
  Vacancy(BooleanSupplier idle, BooleanSupplier forgotten, LongSupplier clock) {
    this.idle = idle;
    this.forgotten = forgotten;
    this.clock = clock;
  }

  /**
   * A daemon is there.
   *
   * @param takesGuests it means to give it guests
   * @return to be run when that daemon is there no more
   */
  synchronized Runnable attended(boolean takesGuests) {
    if (!takesGuests) return () -> {};
    wanted++;
    return this::left;
  }

  private synchronized void left() {
    wanted--;
    unwantedSinceNanos = clock.getAsLong();
  }

  /** False where it has guests. */
  synchronized boolean endNow() {
    if (!idle.getAsBoolean()) return false;
    endNow = true;
    notifyAll();
    return true;
  }

  /** From now on daemons can know of it. Returns when it is to end. */
  synchronized void await() throws InterruptedException {
    // To become warm may have taken longer than a daemon has to come.
    unwantedSinceNanos = clock.getAsLong();
    while (!endNow && !isOver()) wait(LOOK_MILLIS);
  }

  private boolean isOver() {
    return wanted == 0
        && clock.getAsLong() - unwantedSinceNanos > GRACE.toNanos()
        && forgotten.getAsBoolean();
  }
}
