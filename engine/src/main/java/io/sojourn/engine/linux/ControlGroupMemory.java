package io.sojourn.engine.linux;

import java.nio.file.Path;
import java.util.ArrayList;
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

    /** As in /proc/PID/cgroup. */
    boolean isIn(String controllers) {
      return this == SECOND
          ? controllers.isEmpty()
          : List.of(controllers.split(",")).contains("memory");
    }
  }

  private ControlGroupMemory() {}

  static long availableBytes(int pid) {
    long least = Long.MAX_VALUE;
    for (Version version : Version.values())
      for (Path group : groups(version, pid)) least = Math.min(least, in(version, group));
    return least;
  }

  /** Whether the kernel, where it ends one of a process's group for want of memory, ends all. */
  static boolean endsTogether(int pid) {
    return groups(Version.SECOND, pid).stream()
        .anyMatch(group -> Proc.text(group.resolve("memory.oom.group")).strip().equals("1"));
  }

  /** Each group up to the first has a say. */
  private static List<Path> groups(Version version, int pid) {
    List<Path> groups = new ArrayList<>();
    for (String line : Proc.lines(Proc.of(pid).resolve("cgroup"))) {
      String[] fields = line.split(":", 3);
      if (fields.length < 3 || !version.isIn(fields[1])) continue;
      Path group = version.root.resolve(fields[2].substring(1)).normalize();
      for (; group != null && group.startsWith(version.root); group = group.getParent())
        groups.add(group);
    }
    return groups;
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
