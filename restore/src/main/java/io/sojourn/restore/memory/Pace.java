package io.sojourn.restore.memory;

/**
 * How much may be on its way. What a task waits for comes behind all that was asked for before it:
 * so there is no more of that than keeps the link busy. A part that takes longer than the quickest
 * one, by more than a moment, has waited in a queue, and what may be on its way is halved; else it
 * grows.
 */
final class Pace {
  static final int LEAST = 128 << 10;
  static final int MOST = 4 << 20;

  /** As much as a piece holds. */
  private static final int LARGEST_CHUNK = 256 << 10;

  private static final long QUEUE_NANOS = 25_000_000;

  private int window = 2 * LARGEST_CHUNK;
  private long quickest = Long.MAX_VALUE;
  private long halved = Long.MIN_VALUE;

  int window() {
    return window;
  }

  /** To be asked for at once, in whole pages: there is always another one under way. */
  int chunk() {
    return Math.min(LARGEST_CHUNK, window / 2) & -AddressSpace.PAGE;
  }

  /** A part has come, which was asked for at a time of {@link System#nanoTime}. */
  void arrived(int length, long asked, long now) {
    quickest = Math.min(quickest, now - asked);
    if (now - asked - quickest <= QUEUE_NANOS) {
      window = Math.min(MOST, window + length);
    } else if (halved == Long.MIN_VALUE || asked - halved >= 0) {
      // Those that were under way already say nothing about the new one.
      window = Math.max(LEAST, window / 2);
      halved = now;
    }
  }
}
