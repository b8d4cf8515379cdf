package io.sojourn.node.cli;

import io.sojourn.node.daemon.NodeConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have in common. */
abstract class NodeCall implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Answer in JSON.")
  private boolean json;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Where the node daemon is found. Default: $SOJOURN_RUN_DIR, or /run/sojourn.")
  private @Nullable Path runDirectory;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  Session session() {
    return ((Ckpt) spec.root().userObject()).session();
  }

  boolean json() {
    return json;
  }

  CommandSpec spec() {
    return spec;
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  void print(JsonText text) {
    out().println(text);
    out().flush();
  }

  void print(String text) {
    out().println(text);
    out().flush();
  }

  NodeConfig config() {
    return NodeConfig.of(
        session().environment(),
        runDirectory == null ? null : session().absolute(runDirectory),
        null,
        null);
  }

  @Nullable Path runDirectory() {
    return runDirectory;
  }

  /** The daemon; the first call says so where there is none. */
  NodeClient connect() {
    return session().connect(config());
  }
}
