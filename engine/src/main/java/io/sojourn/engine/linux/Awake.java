package io.sojourn.engine.linux;

import java.util.function.LongSupplier;

/**
 * How long a thread that hands things on looks again before it sleeps. To wake a processor that has
 * gone to sleep costs more than what is done on it then, and between two nodes several threads hand
 * on a call and its answer. Whoever else wants the processor has it meanwhile.
 *
 * <p>A caller that makes one call after the other leaves each of those threads alone for about a
 * round trip: they wait for that long where it has come so twice. Who comes now and then does not
 * have them wait in vain. Nor does a stream of bytes: where there was much to do before, whoever
 * looks again takes the processor from those who make more of it.
 */
public final class Awake {
  /** About as long as an answer takes to come; after that sleep is cheaper. */
  static final long SHORT = 100_000;

  /** Round trips are shorter, also on a busy machine. */
  static final long LONG = 400_000;

  private final LongSupplier clock;
  private long last;
  private int following;
  private boolean idle = true;
  private long begun;
  private long worked;
  private boolean asleep;
  private long asleepSince;

  public Awake() {
    this(System::nanoTime);
  }

  /**
   * @param clock in nanoseconds
   */
  Awake(LongSupplier clock) {
    this.clock = clock;
    last = clock.getAsLong() - LONG;
  }

  /** Something was to be done. */
  public void busy() {
    long now = clock.getAsLong();
    long pause = now - last;
    if (pause >= LONG) following = 0;
    else if (pause >= SHORT) following++;
    last = now;
    begins(now);
  }

  private void begins(long now) {
    if (idle) begun = now;
    idle = false;
  }

  /** It goes to sleep, and tells by {@link #wakes} when it has slept. */
  public void sleeps() {
    asleep = true;
    asleepSince = clock.getAsLong();
  }

  /**
   * It has slept, or has not. What has ended a short sleep was somebody who hands things on; a long
   * one may have been ended by a timer, for which nobody need be awake.
   */
  public void wakes() {
    if (!asleep) return;
    asleep = false;
    long now = clock.getAsLong();
    if (now - asleepSince < LONG && worked < SHORT) busy();
    else begins(now);
  }

  /** Nothing was to be done; whether to look again, and others have had the processor. */
  public boolean again() {
    long now = clock.getAsLong();
    if (!idle) worked = now - begun;
    idle = true;
    if (now - last > (following > 1 ? LONG : SHORT)) return false;
    Thread.yield();
    return true;
  }
}
