package io.sojourn.node.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command, {@code ckpt}. */
@Command(
    name = "ckpt",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Freezes, checkpoints and restores running JVMs.")
public final class Ckpt {
  private Ckpt() {}

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Ckpt()).execute(args));
  }
}
