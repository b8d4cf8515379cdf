package io.sojourn.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is done before each measurement, so that it is of what it measures. */
final class Quiet {
  private static final int MEGABYTES = 1024;

  private Quiet() {}

  /**
   * What others have written is not written back in the middle of it. And the memory that it will
   * take is there: a virtual machine gives its host back what is free, and to have it again costs
   * some 16 µs for each page, several times what is done with it then.
   */
  static void settle() throws Failure, InterruptedException {
    Shell.run(Map.of(), List.of("sync"));
    Path memory = Path.of("/dev/shm/sojourn-benchmark-memory-" + ProcessHandle.current().pid());
    try {
      Shell.run(
          Map.of(),
          List.of(
              "dd", "if=/dev/zero", "of=" + memory, "bs=1M", "count=" + MEGABYTES, "status=none"));
    } finally {
      RunningSubject.delete(memory);
    }
  }
}
