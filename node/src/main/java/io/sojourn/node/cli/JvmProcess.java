package io.sojourn.node.cli;

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
    if (Proc.commandLine(pid).contains("-XX:+DisableAttachMechanism"))
      throw OperationException.refused(
          "JVM " + pid + " was started with -XX:+DisableAttachMechanism",
          "start it without, or with -javaagent:" + Installation.here().agentJar());
  }

  /** What it was started with. */
  static Map<String, String> environment(int pid) {
    Map<String, String> environment = new HashMap<>();
    try {
      String text =
          Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
      for (String entry : text.split("\0")) {
        int at = entry.indexOf('=');
        if (at > 0) environment.put(entry.substring(0, at), entry.substring(at + 1));
      }
    } catch (IOException notOurs) {
      // Nothing is known.
    }
    return environment;
  }
}
