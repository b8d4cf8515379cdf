package io.sojourn.benchmarks.guard;

import io.sojourn.migrate.CheckpointGuard;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The measured program. Prints, a line each, what was done and the processor's nanoseconds that one
 * of it took: the least of several repetitions. Arguments: the native library, and what to measure.
 */
final class GuardLoops {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int WARM_UPS = 3;
  private static final int REPETITIONS = 7;
  private static final int CALLS = 5_000_000;
  private static final int TREE_DEPTH = 15;
  private static final int TREES = 10;
  private static final int LINES = 200_000;

  /** Does something so many times. */
  private interface Loop {
    void run(int times);
  }

  private GuardLoops() {}

  public static void main(String[] arguments) {
    System.load(arguments[0]);
    Map<String, Loop> loops = new TreeMap<>();
    if (arguments[1].equals("calls")) {
      loops.put("java", GuardLoops::javaRegions);
      loops.put("c", GuardLoops::regions);
      loops.put("function", GuardLoops::functions);
      loops.put("malloc", GuardLoops::pairs);
      loops.forEach((name, loop) -> print(name, loop, CALLS));
    } else {
      print("trees", times -> trees(TREE_DEPTH, times), TREES);
      print("lines", GuardLoops::lines, LINES);
    }
  }

  private static void print(String name, Loop loop, int times) {
    double least = Double.MAX_VALUE;
    for (int i = -WARM_UPS; i < REPETITIONS; i++) {
      long start = THREADS.getCurrentThreadCpuTime();
      loop.run(times);
      long passed = THREADS.getCurrentThreadCpuTime() - start;
      if (i >= 0) least = Math.min(least, (double) passed / times);
    }
    System.out.printf(Locale.ROOT, "%s %.4f%n", name, least);
  }

  @SuppressWarnings("try")
  private static void javaRegions(int times) {
    for (int i = 0; i < times; i++)
      try (CheckpointGuard guard = CheckpointGuard.enter()) {
        // Nothing: what is measured is the way in and out.
      }
  }

  private static native void regions(long count);

  private static native void functions(long count);

  private static native void pairs(long count);

  private static native long trees(int depth, int count);

  private static native long lines(int count);
}
