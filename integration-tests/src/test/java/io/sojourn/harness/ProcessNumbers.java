package io.sojourn.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The machine's process numbers. Where there are few, the tests' own processes come round to those
 * of a task that is frozen in another test, and it cannot be restored.
 */
final class ProcessNumbers {
  private static final Path MAX = Path.of("/proc/sys/kernel/pid_max");

  /** What systemd sets wherever it is the first process. */
  private static final int MANY = 4194304;

  private ProcessNumbers() {}

  static void areMany() throws IOException {
    // Not read first: the kernel gives such a number in one piece only.
    if (Files.isWritable(MAX)) Files.writeString(MAX, String.valueOf(MANY));
  }
}
