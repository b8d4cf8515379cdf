package io.sojourn.node.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "completion",
    description = {
      "Prints the completion of commands and options for bash and zsh.",
      "In this shell: source <(ckpt completion)"
    })
final class CompletionCommand implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Override
  public void run() {
    System.out.print(AutoComplete.bash("ckpt", Ckpt.line()));
    System.out.flush();
  }
}
