package io.sojourn.restore.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a thread has been sent SIGKILL: it waits for nothing but the end of its call. */
final class Dying {
  private static final long SIGKILL = 1L << 8;

  private Dying() {}

  /** As /proc/PID/status says in SigPnd, and ShdPnd before the signal has reached a thread. */
  static boolean is(int thread) {
    try {
      for (String line :
          Files.readAllLines(Path.of("/proc/" + thread + "/status"), StandardCharsets.ISO_8859_1))
        if ((line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
            && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGKILL) != 0) return true;
      return false;
    } catch (IOException gone) {
      return false;
    }
  }
}
