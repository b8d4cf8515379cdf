package io.sojourn.node.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the kernel lets us do. */
final class KernelChecks {
  /** By number, of include/uapi/linux/capability.h; without one of them CRIU cannot work. */
  private static final Map<Integer, String> CAPABILITIES =
      new TreeMap<>(Map.of(12, "NET_ADMIN", 19, "SYS_PTRACE", 21, "SYS_ADMIN"));

  private static final int SYS_RESOURCE = 24;

  /** The kernel's default on small machines, where nothing (systemd does) has raised it. */
  private static final int FEW_NUMBERS = 32768;

  private KernelChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(kernel(read("/proc/sys/kernel/osrelease"), System.getProperty("os.arch")));
    checks.add(rights(read("/proc/self/status")));
    checks.add(ptrace(read("/proc/sys/kernel/yama/ptrace_scope")));
    checks.add(memfd(read("/proc/sys/vm/memfd_noexec")));
    checks.add(namespaces());
    checks.add(ioUring(read("/proc/sys/kernel/io_uring_disabled")));
    checks.add(numbers(read("/proc/sys/kernel/pid_max")));
    return checks;
  }

  /** pidfd_getfd is of 5.6, CAP_CHECKPOINT_RESTORE of 5.9. */
  static Check kernel(String release, String architecture) {
    String found = "Linux " + release + ", " + architecture;
    if (!architecture.equals("amd64"))
      return Check.missing("kernel", found, "use a machine with x86_64");
    String[] parts = release.split("[^0-9]+");
    int major = Integer.parseInt(parts[0]),
        minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    return major > 5 || major == 5 && minor >= 10
        ? Check.ok("kernel", found)
        : Check.missing("kernel", found, "use Linux 5.10 or newer");
  }

  static Check rights(String status) {
    long effective =
        status
            .lines()
            .filter(line -> line.startsWith("CapEff:"))
            .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16))
            .findFirst()
            .orElse(0);
    boolean root = status.lines().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
    List<String> absent = new ArrayList<>();
    CAPABILITIES.forEach(
        (number, name) -> {
          if ((effective >> number & 1) == 0) absent.add(name);
        });
    if (!root)
      return Check.note(
          "rights", "you are not root", "only the node daemon must be: start it as root");
    if (!absent.isEmpty())
      return Check.missing(
          "rights",
          "root without " + String.join(", ", absent),
          "give this container the capabilities " + String.join(", ", absent));
    // CRIU asks for the limits of the task, which of another user's takes this one: prlimit(2).
    return (effective >> SYS_RESOURCE & 1) != 0
        ? Check.ok("rights", "root, with all that is needed")
        : Check.note(
            "rights",
            "root without SYS_RESOURCE: tasks of other users cannot be frozen",
            "give this container the capability SYS_RESOURCE, or run tasks as root");
  }

  static Check ptrace(String scope) {
    return scope.equals("3")
        ? Check.missing(
            "ptrace", "forbidden to all (yama 3)", "boot with kernel.yama.ptrace_scope=1")
        : Check.ok("ptrace", scope.isEmpty() ? "not restricted" : "yama " + scope + ", root may");
  }

  static Check memfd(String noexec) {
    return noexec.equals("2")
        ? Check.missing("memfd", "refused (vm.memfd_noexec=2)", "sysctl vm.memfd_noexec=1")
        : Check.ok("memfd", "allowed");
  }

  private static Check namespaces() {
    List<String> absent = new ArrayList<>();
    for (String kind : List.of("pid", "mnt", "net", "uts", "time"))
      if (!Files.exists(Path.of("/proc/self/ns/" + kind))) absent.add(kind);
    return absent.isEmpty()
        ? Check.ok("namespaces", "pid, mount, network, UTS and time")
        : Check.note(
            "namespaces",
            "without " + String.join(", ", absent),
            "restore --clone needs them: use a kernel with all");
  }

  static Check ioUring(String disabled) {
    return disabled.equals("2")
        ? Check.ok("io_uring", "off, so no task can use it")
        : Check.note("io_uring", "on; a task that uses it cannot be frozen", "");
  }

  /**
   * A frozen task is restored with its process and thread numbers. Where there are few, others come
   * round to them while it is away.
   */
  static Check numbers(String pidMax) {
    return Integer.parseInt(pidMax) > FEW_NUMBERS
        ? Check.ok("process numbers", "up to " + pidMax)
        : Check.note(
            "process numbers",
            "only up to " + pidMax + ": others soon take those of a frozen task",
            "sysctl kernel.pid_max=4194304");
  }

  /** In one read: of a number among the kernel's parameters, a second one gets nothing. */
  static String read(String file) {
    try (InputStream input = Files.newInputStream(Path.of(file))) {
      byte[] text = new byte[8192];
      int length = Math.max(0, input.read(text));
      return new String(text, 0, length, StandardCharsets.US_ASCII).trim();
    } catch (IOException none) {
      return "";
    }
  }
}
