package io.sojourn.engine.linux;

import java.nio.file.Path;

/** What control groups leave a process of memory: see the kernel's cgroup-v2.rst, "Memory". */
final class ControlGroupMemory {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final String VERSION_2 = "0::/";

  private ControlGroupMemory() {}

  /** As far as can be seen from here; nothing where groups of the first version limit it. */
  static long availableBytes(int pid) {
    long least = Long.MAX_VALUE;
    for (String line : Proc.lines(Proc.of(pid).resolve("cgroup"))) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3 && fields[1].matches("(.*,)?memory(,.*)?") && !fields[2].equals("/"))
        return 0;
      if (line.startsWith(VERSION_2))
        for (Path group = ROOT.resolve(line.substring(VERSION_2.length()));
            group != null && group.startsWith(ROOT);
            group = group.getParent()) least = Math.min(least, availableBytes(group));
    }
    return least;
  }

  private static long availableBytes(Path group) {
    String most = Proc.text(group.resolve("memory.max")).strip();
    if (!most.matches("\\d+")) return Long.MAX_VALUE;
    long used = Long.parseLong(Proc.text(group.resolve("memory.current")).strip());
    for (String line : Proc.lines(group.resolve("memory.stat")))
      if (line.startsWith("inactive_file ")) used -= Long.parseLong(line.substring(14).strip());
    return Math.max(0, Long.parseLong(most) - used);
  }
}
