package io.sojourn.engine.linux;

/** The kernel's clocks, in nanoseconds. See clock_gettime(2). */
public final class Clock {
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_BOOTTIME = 7;

  private Clock() {}

  public static long monotonicNanos() {
    return read(CLOCK_MONOTONIC);
  }

  public static long boottimeNanos() {
    return read(CLOCK_BOOTTIME);
  }

  private static long read(int clock) {
    long[] timespec = new long[2];
    // SAFETY: struct timespec is two longs on x86_64.
    Libc.clock_gettime(clock, timespec);
    return timespec[0] * 1_000_000_000 + timespec[1];
  }
}
