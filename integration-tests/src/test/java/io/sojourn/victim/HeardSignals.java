package io.sojourn.victim;

import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/** Counts interrupts and terminations. From the first question on they do nothing else. */
final class HeardSignals {
  private static final AtomicInteger interrupts = heard("INT");
  private static final AtomicInteger terminations = heard("TERM");

  private HeardSignals() {}

  private static AtomicInteger heard(String name) {
    AtomicInteger count = new AtomicInteger();
    Signal.handle(new Signal(name), signal -> count.incrementAndGet());
    return count;
  }

  /** "INTERRUPTS TERMINATIONS"; what came before a termination that is counted is counted, too. */
  static String counts() throws InterruptedException {
    int terminated = terminations.get();
    // The JVM starts a thread for each signal in the order in which they come, and they overtake.
    for (Thread thread : Thread.getAllStackTraces().keySet())
      if (thread.getName().matches("SIG.* handler")) thread.join();
    return interrupts + " " + terminated;
  }
}
