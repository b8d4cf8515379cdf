package io.sojourn.engine.linux;

import java.nio.file.Path;
import java.util.List;

/**
 * What control groups leave a process of memory, as far as can be seen from here: see the kernel's
 * cgroup-v2.rst, "Memory", and cgroup-v1/memory.rst.
 */
final class ControlGroupMemory {
  /** Where a version's groups are, and what they call limit, use, and what can be had of that. */
  private enum Version {
    FIRST("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
    SECOND("/sys/fs/cgroup", "memory.max", "memory.current", "");

    private final Path root;
    private final String limit, use, inactive;

    Version(String root, String limit, String use, String prefix) {
      this.root = Path.of(root);
      this.limit = limit;
      this.use = use;
      this.inactive = prefix + "inactive_file ";
    }
  }

  private ControlGroupMemory() {}

  static long availableBytes(int pid) {
    long least = Long.MAX_VALUE;
    for (String line : Proc.lines(Proc.of(pid).resolve("cgroup"))) {
      String[] fields = line.split(":", 3);
      if (fields.length < 3) continue;
      if (List.of(fields[1].split(",")).contains("memory"))
        least = Math.min(least, along(Version.FIRST, fields[2]));
      if (fields[1].isEmpty()) least = Math.min(least, along(Version.SECOND, fields[2]));
    }
    return least;
  }

  /** Each group up to the first has a say. */
  private static long along(Version version, String name) {
    long least = Long.MAX_VALUE;
    Path group = version.root.resolve(name.substring(1)).normalize();
    for (; group != null && group.startsWith(version.root); group = group.getParent())
      least = Math.min(least, in(version, group));
    return least;
  }

  private static long in(Version version, Path group) {
    String limit = Proc.text(group.resolve(version.limit)).strip();
    String use = Proc.text(group.resolve(version.use)).strip();
    if (!limit.matches("\\d+") || !use.matches("\\d+")) return Long.MAX_VALUE;
    long free = Long.parseLong(limit) - Long.parseLong(use);
    for (String line : Proc.lines(group.resolve("memory.stat")))
      if (line.startsWith(version.inactive))
        free += Long.parseLong(line.substring(version.inactive.length()).strip());
    return Math.max(0, free);
  }
}
