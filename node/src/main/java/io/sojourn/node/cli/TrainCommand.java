package io.sojourn.node.cli;

import io.sojourn.node.daemon.NodeConfig;
import io.sojourn.node.daemon.NodeDaemon;
import io.sojourn.node.host.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Does what most commands do, with a daemon of its own in this process, so that the classes they
 * need are found loaded when the launcher archives them; and those that a guest needs.
 */
@Command(name = "train", hidden = true, description = "Loads what most commands need.")
final class TrainCommand implements Callable<Integer> {
  @Override
  public Integer call() throws IOException {
    Path directory = Files.createTempDirectory("ckpt-train");
    NodeConfig config =
        NodeConfig.of(Map.of(), directory.resolve("run"), directory.resolve("state"), null);
    try (NodeDaemon daemon = NodeDaemon.start(config, Path.of("."))) {
      String run = config.runDirectory().toString();
      Ckpt.run("ps", "--run-dir", run);
      Ckpt.run("ps", "--json", "--run-dir", run);
      Ckpt.run("images", "--run-dir", run);
      Ckpt.run("freeze", "nothing", "--run-dir", run);
      Ckpt.run("restore", "nothing", "--json", "--run-dir", run);
      Ckpt.run("--help");
    }
    Rehearsal.run();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
    }
    return 0;
  }
}
