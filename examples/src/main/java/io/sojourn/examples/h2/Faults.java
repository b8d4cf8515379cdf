package io.sojourn.examples.h2;

import java.io.PrintStream;

/** Counts what went wrong, and says it. */
final class Faults {
  private final PrintStream err;
  private long count;

  Faults(PrintStream err) {
    this.err = err;
  }

  synchronized void add(String what) {
    count++;
    err.println("Ledger: " + what);
  }

  synchronized long count() {
    return count;
  }
}
