package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.daemon.CriuProvision;
import io.sojourn.node.daemon.NodeConfig;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Starts the daemon in a session of its own, and waits until it is ready. */
final class DaemonLaunch {
  private static final int TAIL = 5;

  private final NodeConfig config;
  private final Installation installation;

  DaemonLaunch(NodeConfig config, Installation installation) {
    this.config = config;
    this.installation = installation;
  }

  /**
   * @param say is told what takes longer
   */
  void run(Consumer<String> say) throws IOException, InterruptedException {
    Files.createDirectories(config.stateDirectory());
    CriuProvision.ensure(config.stateDirectory(), installation.provisionCriu(), say);
    long from = Files.exists(config.log()) ? Files.size(config.log()) : 0;
    Process daemon =
        new ProcessBuilder(command())
            .redirectInput(new File("/dev/null"))
            .redirectError(Redirect.appendTo(config.log().toFile()))
            .directory(new File("/"))
            .start();
    if (!"ready".equals(firstLine(daemon)))
      throw OperationException.failed(
          "the daemon did not start: " + tail(from), "its whole log is " + config.log());
  }

  private List<String> command() {
    List<String> command =
        new ArrayList<>(
            List.of(
                "setsid",
                installation.daemon().toString(),
                "--run-dir",
                config.runDirectory().toString(),
                "--state-dir",
                config.stateDirectory().toString(),
                "--node-name",
                config.nodeName()));
    // Keys that are in the environment stay there.
    if (!config.repository().none())
      command.addAll(List.of("--repository", config.repository().place()));
    if (!config.repository().keyFile().isEmpty())
      command.addAll(
          List.of(
              "--repository-key",
              Path.of(config.repository().keyFile()).toAbsolutePath().toString()));
    command.addAll(config.triggers().words());
    if (!config.lease().equals(NodeConfig.LEASE))
      command.add("--lease=" + config.lease().toMillis() + "ms");
    return command;
  }

  private static String firstLine(Process daemon) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      return line == null ? "" : line;
    }
  }

  private String tail(long from) throws IOException {
    String log = Files.readString(config.log(), StandardCharsets.UTF_8);
    List<String> lines =
        log.substring((int) Math.min(from, log.length()))
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    return String.join("; ", lines.subList(0, Math.min(TAIL, lines.size())));
  }
}
