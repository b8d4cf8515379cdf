package io.sojourn.engine.files;

import com.sun.jna.Native;

/** The kernel's way to answer: what is not negative is the outcome, what is negative is -errno. */
public final class Result {
  private Result() {}

  static long of(long returned) {
    return returned < 0 ? -Native.getLastError() : returned;
  }

  static int of(int returned) {
    return returned < 0 ? -Native.getLastError() : returned;
  }

  /** The errno of a result; 0 of a good one. */
  public static int errno(long result) {
    return result < 0 ? (int) -result : 0;
  }
}
