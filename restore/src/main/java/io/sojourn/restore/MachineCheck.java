package io.sojourn.restore;

import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Machine;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether this machine can run what ran on the other. */
public final class MachineCheck {
  /**
   * Flags that stand for instructions or registers that a program may have found and be using. The
   * rest of /proc/cpuinfo's flags are about clocks, virtualisation, power and mitigations, and
   * differ between machines that run the same programs.
   */
  private static final Pattern INSTRUCTIONS =
      Pattern.compile(
          "mmx|3dnow.*|fxsr.*|cmov|cx8|cx16|lahf_lm|sse.*|ssse3|pni|avx.*|fma4?|f16c|xop|tbm|bmi[12]"
              + "|abm|popcnt|movbe|movdir.*|adx|aes|vaes|v?pclmulqdq|gfni|sha.*|sm[34]|rdrand|rdseed"
              + "|rdpid|rdtscp|fsgsbase|erms|fsrm|clflushopt|clwb|cldemote|serialize|waitpkg|xsave.*"
              + "|rtm|hle|amx.*|pku|ospke|user_shstk|enqcmd");

  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

  private MachineCheck() {}

  static void check(RestoreOrder order) {
    compare(order.manifest().getMachine(), here());
  }

  /** What a task that runs here may be using. */
  public static Machine here() {
    return Machine.newBuilder()
        .setArchitecture(System.getProperty("os.arch", ""))
        .setKernel(Cpu.kernel())
        .addAllCpuFeatures(Cpu.features())
        .setCpuModel(Cpu.model())
        .build();
  }

  /**
   * @throws OperationException refused: the one's tasks cannot run on the other
   */
  public static void compare(Machine then, Machine now) {
    if (!then.getArchitecture().equals(now.getArchitecture()))
      throw OperationException.refused(
          "the image was made on "
              + then.getArchitecture()
              + ", and this is "
              + now.getArchitecture(),
          "restore on a node of the same architecture");
    if (older(now.getKernel(), then.getKernel()))
      throw OperationException.refused(
          "the image was made on Linux "
              + then.getKernel()
              + ", and this is the older "
              + now.getKernel()
              + ": the task may be using what this kernel does not have",
          "restore on a node with the same Linux or a newer one");
    List<String> missing = missing(then.getCpuFeaturesList(), now.getCpuFeaturesList());
    if (!missing.isEmpty())
      throw OperationException.refused(
          "the task was started on "
              + then.getCpuModel()
              + " and may be using what this processor ("
              + now.getCpuModel()
              + ") lacks: "
              + String.join(" ", missing),
          "restore on a node whose processor has these features");
  }

  /** Features that only the first has, as far as programs use them. */
  private static List<String> missing(Collection<String> then, Collection<String> now) {
    Set<String> here = new HashSet<>(now);
    return then.stream()
        .filter(flag -> !here.contains(flag) && INSTRUCTIONS.matcher(flag).matches())
        .toList();
  }

  /** By major and minor number: a stable update takes nothing away. */
  private static boolean older(String release, String than) {
    Matcher a = RELEASE.matcher(release), b = RELEASE.matcher(than);
    if (!a.matches() || !b.matches()) return false;
    int major = Integer.compare(Integer.parseInt(a.group(1)), Integer.parseInt(b.group(1)));
    int minor = Integer.compare(Integer.parseInt(a.group(2)), Integer.parseInt(b.group(2)));
    return major < 0 || (major == 0 && minor < 0);
  }
}
