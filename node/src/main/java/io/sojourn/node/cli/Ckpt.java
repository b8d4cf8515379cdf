package io.sojourn.node.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command, {@code ckpt}. */
@Command(
    name = "ckpt",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Freezes, checkpoints and restores running JVMs.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:failed, and the task runs on as before",
      "2:usage",
      "3:no such task, image or node",
      "4:refused before anything was touched"
    },
    footer = {"", "TASK is a task's name, id or pid; IMAGE an image's name or directory."})
public final class Ckpt implements Runnable {
  @Spec private CommandSpec spec;

  private Ckpt() {}

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    return line(args).execute(args);
  }

  /** Ready for these arguments; without any, it has all commands. */
  static CommandLine line(String... args) {
    return Commands.of(new Ckpt(), args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? ckpt --help lists them");
  }
}
