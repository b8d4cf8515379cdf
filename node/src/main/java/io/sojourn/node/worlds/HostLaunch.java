package io.sojourn.node.worlds;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Starts a world host as this daemon was started: with the same JVM, its options and its jars. It
 * is in a session of its own, so that what ends the daemon's does not end it.
 */
final class HostLaunch {
  private static final String DAEMON = "io.sojourn.node.daemon.Ckptd";
  private static final String HOST = "io.sojourn.node.host.WorldHost";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A JVM that has counters removes those that others on their way here have left in /tmp. */
  private static final String COUNTERS = "-XX:-UsePerfData";

  /**
   * At most what the daemon may have: what lies in the queues of a guest's connections is in the
   * heap when it departs. It begins small, and a young generation of the usual size would be
   * touched from end to end.
   */
  private static final List<String> HEAP = List.of("-Xms32m", "-Xmn24m", COUNTERS);

  private final WorldHosts.Settings settings;

  HostLaunch(WorldHosts.Settings settings) {
    this.settings = settings;
  }

  /** When this returns it answers. */
  ProcessHandle start() {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command())
              .redirectInput(new File("/dev/null"))
              .redirectError(Redirect.appendTo(settings.log().toFile()))
              .directory(new File("/"));
      // Keys of the repository's are none of its business.
      builder.environment().keySet().removeIf(name -> name.startsWith("SOJOURN_REPOSITORY"));
      // Each thread that allocates would have 64 MiB of its own, and some of them touched.
      builder.environment().put("MALLOC_ARENA_MAX", "2");
      Process host = builder.start();
      String said = firstLine(host);
      if (said.equals("ready")) return host.toHandle();
      host.destroyForcibly();
      throw OperationException.failed(
          "a process for guests did not start", "see " + settings.log() + " on that node");
    } catch (IOException failed) {
      throw OperationException.failed(
          "a process for guests cannot be started: " + failed.getMessage(),
          "see ckpt doctor on that node",
          failed);
    }
  }

  private List<String> command() {
    List<String> own = Proc.commandLine((int) ProcessHandle.current().pid());
    int options = own.indexOf(DAEMON);
    if (options < 0)
      throw OperationException.refused(
          "this process was not started as a node's daemon", "start it: ckpt node start");
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(own.subList(0, options));
    // Behind the name of the JVM.
    command.addAll(2, HEAP);
    command.add(HOST);
    command.add(settings.runDirectory().toString());
    command.add(settings.stateDirectory().toString());
    command.add(settings.nodeName());
    command.add(settings.build());
    return command;
  }

  /** "" where it ends before, or takes too long. */
  private static String firstLine(Process host) throws IOException {
    CompletableFuture<Void> late =
        CompletableFuture.runAsync(
            host::destroyForcibly,
            CompletableFuture.delayedExecutor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(host.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      return line == null ? "" : line;
    } finally {
      late.cancel(false);
    }
  }
}
