package io.sojourn.benchmarks;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/**
 * The processor time of this process, all its threads together, as exact as the kernel keeps it.
 * {@code getProcessCpuTime} counts in ticks of 10 ms.
 */
final class ProcessorClock {
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2; // linux/time.h

  static {
    Native.register(ProcessorClock.class, Platform.C_LIBRARY_NAME);
  }

  private ProcessorClock() {}

  static long nanos() {
    long[] time = new long[2];
    // SAFETY: struct timespec is two longs on 64-bit Linux, and the call keeps no pointer to it.
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, time) != 0) throw new IllegalStateException();
    return time[0] * 1_000_000_000 + time[1];
  }

  // clock_gettime(2)
  private static native int clock_gettime(int clock, long[] time);
}
