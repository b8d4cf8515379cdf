package io.sojourn.engine.linux;

import java.nio.file.Path;
import java.util.List;

/** The processor and kernel of this machine. */
public final class Cpu {
  private Cpu() {}

  /** Flags of the first processor, sorted. */
  public static List<String> features() {
    return List.of(field("flags").split(" ")).stream()
        .filter(flag -> !flag.isBlank())
        .sorted()
        .toList();
  }

  public static String model() {
    return field("model name");
  }

  public static String kernel() {
    return Proc.text(Path.of("/proc/sys/kernel/osrelease")).strip();
  }

  public static String bootId() {
    return Proc.text(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  private static String field(String name) {
    for (String line : Proc.lines(Path.of("/proc/cpuinfo"))) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equals(name))
        return line.substring(colon + 1).strip();
    }
    return "";
  }
}
