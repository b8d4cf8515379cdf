package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * Watches the clocks. "watch" tells how far System.nanoTime and the wall clock went since the last
 * time; "sleep N" begins a sleep, and "slept" tells how long it took, or "not yet"; "gap" tells for
 * how many milliseconds since it began whoever looks at System.nanoTime all the time did not see
 * it.
 */
public final class Clock {
  private static volatile String failure = "";
  private static volatile String slept = "not yet";
  private static final LongAccumulator gap = new LongAccumulator(Long::max, 0);

  public static void main(String[] args) throws Exception {
    Thread watch =
        new Thread(
            () -> {
              long last = System.nanoTime();
              while (true) {
                long now = System.nanoTime();
                if (now < last) failure = "nanoTime went back by " + (last - now);
                last = now;
              }
            },
            "watch");
    watch.setDaemon(true);
    watch.start();
    AtomicLong nanos = new AtomicLong(System.nanoTime());
    AtomicLong millis = new AtomicLong(System.currentTimeMillis());
    Control.serve(
        question -> {
          require(failure.isEmpty(), failure);
          if (question.startsWith("sleep ")) return sleep(Long.parseLong(question.substring(6)));
          if (question.equals("slept")) return slept;
          if (question.equals("gap")) return String.valueOf(gap.get() / 1_000_000);
          long nanosNow = System.nanoTime(), millisNow = System.currentTimeMillis();
          return (nanosNow - nanos.getAndSet(nanosNow)) / 1_000_000
              + " "
              + (millisNow - millis.getAndSet(millisNow));
        });
  }

  private static String sleep(long millis) {
    slept = "not yet";
    gap.reset();
    Thread sleeper =
        new Thread(
            () -> {
              long from = System.nanoTime();
              try {
                Thread.sleep(millis);
              } catch (InterruptedException e) {
                failure = e.toString();
              }
              slept = String.valueOf((System.nanoTime() - from) / 1_000_000);
            },
            "sleeper");
    sleeper.setDaemon(true);
    sleeper.start();
    return "begun";
  }

  private Clock() {}
}
