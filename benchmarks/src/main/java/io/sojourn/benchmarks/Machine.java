package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What was measured on, in a line. */
final class Machine {
  private Machine() {}

  static String describe(List<Jdk> jdks) {
    return Runtime.getRuntime().availableProcessors()
        + " processors ("
        + field("/proc/cpuinfo", "model name")
        + "), "
        + Math.round(Long.parseLong(field("/proc/meminfo", "MemTotal").split(" ", 2)[0]) / 1e6)
        + " GB, Linux "
        + System.getProperty("os.version")
        + ", "
        + jdks.stream()
            .map(jdk -> "JDK " + jdk.version() + " (" + jdk.vendor() + ")")
            .collect(Collectors.joining(" and "));
  }

  private static String field(String file, String name) {
    try {
      for (String line : Files.readAllLines(Path.of(file)))
        if (line.startsWith(name)) return line.substring(line.indexOf(':') + 1).strip();
    } catch (IOException noProc) {
      // Nothing to say then.
    }
    return "0";
  }
}
