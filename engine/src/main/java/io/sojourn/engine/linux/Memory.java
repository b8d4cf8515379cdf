package io.sojourn.engine.linux;

import java.nio.file.Path;

/** This machine's memory, from /proc/meminfo: see proc_meminfo(5). */
public final class Memory {
  private static final int KIBI = 1024;

  private Memory() {}

  public static long totalBytes() {
    return field("MemTotal");
  }

  /** What programs can still have without swapping, as the kernel estimates. */
  public static long availableBytes() {
    return field("MemAvailable");
  }

  /** The same, where a process's control groups may leave it less than the machine could. */
  public static long availableBytes(int pid) {
    return Math.min(availableBytes(), ControlGroupMemory.availableBytes(pid));
  }

  /** Whether a process may have to go with another of its control group that uses too much. */
  public static boolean endsWithOthers(int pid) {
    return ControlGroupMemory.endsTogether(pid);
  }

  private static long field(String name) {
    for (String line : Proc.lines(Path.of("/proc/meminfo")))
      if (line.startsWith(name + ":")) return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBI;
    return 0;
  }
}
