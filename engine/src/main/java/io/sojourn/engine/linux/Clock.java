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

  /**
   * What a process's CLOCK_MONOTONIC is ahead of ours: restored tasks live in a time namespace of
   * their own, in which the time that they were away did not pass. 0 where the kernel has none. See
   * time_namespaces(7).
   */
  public static long monotonicOffsetNanos(int pid) {
    for (String line : Proc.lines(Proc.of(pid).resolve("timens_offsets"))) {
      String[] words = line.strip().split("\\s+");
      if (words.length == 3 && words[0].equals("monotonic"))
        return Long.parseLong(words[1]) * 1_000_000_000 + Long.parseLong(words[2]);
    }
    return 0;
  }

  private static long read(int clock) {
    long[] timespec = new long[2];
    // SAFETY: struct timespec is two longs on x86_64.
    Libc.clock_gettime(clock, timespec);
    return timespec[0] * 1_000_000_000 + timespec[1];
  }
}
