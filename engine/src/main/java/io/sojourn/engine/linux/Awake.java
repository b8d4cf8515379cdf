package io.sojourn.engine.linux;

/**
 * How long a thread that hands things on looks again before it sleeps. To wake a processor that has
 * gone to sleep costs more than what is done on it then, and between two nodes several threads hand
 * on a call and its answer. Whoever else wants the processor has it meanwhile.
 */
public final class Awake {
  /** About as long as an answer takes to come; after that sleep is cheaper. */
  private static final long NANOS = 100_000;

  private long last;

  /** Something was to be done. */
  public void busy() {
    last = System.nanoTime();
  }

  /** Nothing was to be done; whether to look again, and others have had the processor. */
  public boolean again() {
    if (System.nanoTime() - last > NANOS) return false;
    Thread.yield();
    return true;
  }
}
