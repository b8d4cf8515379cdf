package io.sojourn.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A clock inside a program, by which the program itself sees how long it was stopped.
 *
 * <p>A thread wakes every millisecond and looks how long ago it did so before. All that stops the
 * threads of a virtual machine is a gap: a collection, a checkpoint, a freeze up to the restore.
 */
public final class Ticker implements AutoCloseable {
  private static final long PERIOD_NANOS = 1_000_000;
  private static final long NOTED_NANOS = 5_000_000;

  private final Thread thread = new Thread(this::tick, "ticker");
  private final List<Gap> noted = new ArrayList<>();
  private long largestNanos;
  private volatile boolean closed;

  /**
   * A stretch without a tick.
   *
   * @param startMillis wall clock at the last tick before it, in ms since the epoch
   * @param endMillis wall clock at the first tick after it
   * @param nanos its length by {@link System#nanoTime}; less than the wall clock says where the
   *     task was restored with a clock of its own
   */
  public record Gap(long startMillis, long endMillis, long nanos) {}

  private Ticker() {}

  /** Starts ticking. */
  public static Ticker start() {
    Ticker ticker = new Ticker();
    ticker.thread.setDaemon(true);
    ticker.thread.start();
    return ticker;
  }

  /** The longest gap since the last call, in nanoseconds; the next one starts from 0. */
  public synchronized long takeLargestNanos() {
    long largest = largestNanos;
    largestNanos = 0;
    return largest;
  }

  /** The gaps of more than 5 ms that came to their end since the last call. */
  public synchronized List<Gap> takeGaps() {
    List<Gap> gaps = List.copyOf(noted);
    noted.clear();
    return gaps;
  }

  private void tick() {
    long lastNanos = System.nanoTime();
    long lastMillis = System.currentTimeMillis();
    while (!closed) {
      LockSupport.parkNanos(PERIOD_NANOS);
      long nanos = System.nanoTime();
      long millis = System.currentTimeMillis();
      note(new Gap(lastMillis, millis, nanos - lastNanos));
      lastNanos = nanos;
      lastMillis = millis;
    }
  }

  private synchronized void note(Gap gap) {
    largestNanos = Math.max(largestNanos, gap.nanos());
    if (gap.nanos() > NOTED_NANOS) {
      noted.add(gap);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
