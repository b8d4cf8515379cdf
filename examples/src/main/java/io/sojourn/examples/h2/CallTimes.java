package io.sojourn.examples.h2;

import java.io.PrintStream;
import java.sql.SQLException;

/** How long the calls of the database took, as all connections' threads saw it. */
final class CallTimes {
  private final PrintStream out;
  private final long slowMillis;
  private long longestMillis;
  private String longest = "";

  /** Creates the times; each call of {@code slowMillis} or more is printed. */
  CallTimes(PrintStream out, long slowMillis) {
    this.out = out;
    this.slowMillis = slowMillis;
  }

  /** A call of the database. */
  interface Call<T> {
    T run() throws SQLException;
  }

  /** A call of the database without a result. */
  interface Action {
    void run() throws SQLException;
  }

  <T> T time(String what, Call<T> call) throws SQLException {
    long began = System.nanoTime();
    try {
      return call.run();
    } finally {
      note(what, (System.nanoTime() - began) / 1_000_000);
    }
  }

  void timeAction(String what, Action action) throws SQLException {
    time(
        what,
        () -> {
          action.run();
          return what;
        });
  }

  private synchronized void note(String what, long millis) {
    if (millis >= slowMillis) {
      out.println("call of " + millis + " ms: " + what);
    }
    if (millis > longestMillis) {
      longestMillis = millis;
      longest = what;
    }
  }

  synchronized long longestMillis() {
    return longestMillis;
  }

  /** What the longest call was. */
  synchronized String longest() {
    return longest;
  }
}
