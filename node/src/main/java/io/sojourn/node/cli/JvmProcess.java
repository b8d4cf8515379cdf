package io.sojourn.node.cli;

import io.sojourn.engine.linux.JvmCounters;
import io.sojourn.engine.linux.Mapping;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What can be known of a JVM without asking it. */
final class JvmProcess {
  private static final String CLOSED = "-XX:+DisableAttachMechanism";

  private JvmProcess() {}

  /**
   * Refuses what is no JVM. To attach sends SIGQUIT to a process that does not listen yet: one that
   * is no JVM would die of it.
   */
  static void check(int pid) {
    boolean jvm =
        Mapping.filesOf(pid).stream().anyMatch(mapping -> mapping.path().endsWith("/libjvm.so"));
    if (!jvm)
      throw OperationException.refused(
          "process " + pid + " (" + Proc.command(pid) + ") is not a JVM", "jps lists your JVMs");
    char state = Proc.state(pid);
    if (state == 'T' || state == 't')
      throw OperationException.refused(
          "JVM " + pid + " is stopped by a signal or a debugger",
          "let it run: kill -CONT " + pid + ", or end the debugger");
    if (options(pid).contains(CLOSED))
      throw OperationException.refused(
          "JVM " + pid + " was started with " + CLOSED,
          "start it without, or with -javaagent:" + Installation.here().agentJar());
  }

  /**
   * Its options in one text, wherever they came from. An option may also come from a file of
   * arguments or from JAVA_TOOL_OPTIONS, and the JVM publishes what it made of them all among its
   * counters (java.rt.vmArgs), where it has counters.
   */
  private static String options(int pid) {
    String given = String.join(" ", Proc.commandLine(pid));
    return JvmCounters.of(pid)
        .map(path -> given + text(Path.of("/proc/" + pid + "/root" + path)))
        .orElse(given);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException notOurs) {
      return "";
    }
  }

  /** What it was started with. */
  static Map<String, String> environment(int pid) {
    Map<String, String> environment = new HashMap<>();
    for (String entry : text(Path.of("/proc/" + pid + "/environ")).split("\0")) {
      int at = entry.indexOf('=');
      if (at > 0) environment.put(entry.substring(0, at), entry.substring(at + 1));
    }
    return environment;
  }
}
