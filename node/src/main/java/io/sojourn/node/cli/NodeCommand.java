package io.sojourn.node.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "node",
    description = {
      "Starts and ends the node daemon, or says how it is; makes it one of a cluster of nodes."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      NodeStartCommand.class,
      NodeStopCommand.class,
      NodeStatusCommand.class,
      NodeInitCommand.class,
      NodeTokenCommand.class,
      NodeJoinCommand.class,
      NodeDrainCommand.class,
      NodeLeaveCommand.class,
      NodeRemoveCommand.class
    })
final class NodeCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "which one? start, stop, status, init, token, join, drain, leave or remove");
  }
}
