package io.sojourn.node.schedule;

/**
 * How often a task is checkpointed.
 *
 * @param millis between two of them; 0: what the cost of one and the failures so far make best
 */
public record Interval(long millis) {
  public static final Interval AUTO = new Interval(0);

  /** The disk would do nothing else. */
  private static final long SHORTEST_MILLIS = 1_000;

  public Interval {
    if (millis != 0 && millis < SHORTEST_MILLIS)
      throw new IllegalArgumentException("checkpoints come at most every second");
  }

  /**
   * @param text "5m", "auto"
   * @throws IllegalArgumentException it is none; its message says so
   */
  public static Interval parse(String text) {
    return text.equals("auto") ? AUTO : new Interval(Durations.parse(text).toMillis());
  }

  public boolean auto() {
    return millis == 0;
  }
}
