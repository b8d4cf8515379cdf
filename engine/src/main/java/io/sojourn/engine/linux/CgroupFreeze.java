package io.sojourn.engine.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Keeps processes from running without a signal: a group of their own, below the one they are in,
 * that is frozen. Its parent is told nothing, where a SIGSTOP makes a shell say "Stopped" and take
 * the terminal back. What is traced can be frozen, and stands still when its tracer lets go. See
 * "Core Interface Files" of the kernel's cgroup-v2.rst; the first version's freezer cannot be
 * traced.
 */
public final class CgroupFreeze implements AutoCloseable {
  private static final String NAME = "sojourn-";
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private final Path before;
  private final Path own;

  private CgroupFreeze(Path before, Path own) {
    this.before = before;
    this.own = own;
  }

  /** Empty where the kernel has no second version of control groups, or we may not use it. */
  public static Optional<CgroupFreeze> of(int pid) {
    Optional<Path> before = mount().flatMap(mount -> groupOf(pid, mount));
    if (before.isEmpty()) return Optional.empty();
    Path group = before.get();
    // Left by somebody who did not come to thaw it.
    if (group.endsWith(NAME + pid))
      return Optional.of(new CgroupFreeze(Objects.requireNonNull(group.getParent()), group));
    Path own = group.resolve(NAME + pid);
    CgroupFreeze freeze = new CgroupFreeze(group, own);
    try {
      if (!Files.exists(own)) Files.createDirectory(own);
      if (!Files.exists(freeze.switchFile())) throw new IOException("no freezer");
      return Optional.of(freeze);
    } catch (IOException notHere) {
      freeze.close();
      return Optional.empty();
    }
  }

  /** Whether a process is in such a group: somebody has frozen it, and has not thawed it. */
  public static boolean isIn(int pid) {
    return Proc.lines(Proc.of(pid).resolve("cgroup")).stream()
        .anyMatch(line -> line.startsWith("0::/") && line.endsWith("/" + NAME + pid));
  }

  private static Optional<Path> mount() {
    for (String line : Proc.lines(MOUNTS)) {
      String[] parts = line.split(" - ", 2);
      if (parts.length == 2 && parts[1].startsWith("cgroup2 "))
        return Optional.of(Path.of(parts[0].split(" ")[4]));
    }
    return Optional.empty();
  }

  private static Optional<Path> groupOf(int pid, Path mount) {
    return Proc.lines(Proc.of(pid).resolve("cgroup")).stream()
        .filter(line -> line.startsWith("0::/"))
        .map(line -> mount.resolve(line.substring("0::/".length())))
        .filter(Files::isDirectory)
        .findFirst();
  }

  /** "1" written there freezes, "0" thaws. */
  public Path switchFile() {
    return own.resolve("cgroup.freeze");
  }

  /**
   * From here on they execute nothing. Returns when the order is given, not when they stand still:
   * what is held by a tracer does so already. SIGKILL ends them all the same.
   */
  public void freeze(List<Integer> processes) throws IOException {
    for (int process : processes) write(own.resolve("cgroup.procs"), Integer.toString(process));
    write(switchFile(), "1");
  }

  public boolean frozen() {
    return Proc.lines(own.resolve("cgroup.events")).contains("frozen 1");
  }

  /** Thaws them and puts them back where they were. */
  @Override
  public void close() {
    try {
      if (Files.exists(switchFile())) write(switchFile(), "0");
      for (String process : Proc.lines(own.resolve("cgroup.procs")))
        write(before.resolve("cgroup.procs"), process);
      Files.deleteIfExists(own);
    } catch (IOException ended) {
      // An ended process leaves its group by itself; an empty group costs nothing.
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }
}
