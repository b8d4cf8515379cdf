package io.sojourn.home.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files this process may have open: "Max open files" of proc_pid_limits(5). */
final class OpenFileLimit {
  private static final int LEAST = 1024;
  private static final int MOST = 200_000;

  private OpenFileLimit() {}

  /** What one guest may have of them. */
  static int share() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits")))
        if (line.startsWith("Max open files")) {
          String soft = line.substring("Max open files".length()).strip().split("\\s+")[0];
          long limit = soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
          return (int) Math.max(LEAST, Math.min(MOST, limit / 4));
        }
    } catch (IOException unknown) {
      return LEAST;
    }
    return LEAST;
  }
}
