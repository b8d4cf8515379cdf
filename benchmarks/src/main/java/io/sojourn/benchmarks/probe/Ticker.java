package io.sojourn.benchmarks.probe;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Wakes each millisecond, and knows for how long it did not, by the wall clock that nodes share.
 */
final class Ticker {
  private long last = now();
  private long start;
  private long length;

  private Ticker() {}

  static Ticker started() {
    Ticker ticker = new Ticker();
    Thread thread = new Thread(ticker::run, "ticker");
    thread.setDaemon(true);
    thread.setPriority(Thread.MAX_PRIORITY);
    thread.start();
    return ticker;
  }

  private void run() {
    while (true) {
      tick();
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized void tick() {
    long now = now();
    if (now - last > length) {
      start = last;
      length = now - last;
    }
    last = now;
  }

  /** Microseconds of the wall clock. */
  static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** Its begin and its length since the last question, in microseconds. */
  synchronized String longestGap() {
    // Who asks may run before the ticker does, just after the program has stood still.
    tick();
    String answer = start + " " + length;
    length = 0;
    return answer;
  }
}
