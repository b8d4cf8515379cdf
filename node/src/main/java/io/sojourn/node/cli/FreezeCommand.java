package io.sojourn.node.cli;

import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "freeze", description = "Stops a task into an image. Its peers stay connected.")
final class FreezeCommand extends CheckpointCall {
  @Parameters(paramLabel = "TASK", description = "A task's name, id or pid.")
  private String task = "";

  @Option(
      names = "--no-deputy",
      description =
          "Leave nobody behind in the task's place: its process ends, and its peers are not"
              + " answered until it is restored.")
  private boolean withoutDeputy;

  @Override
  String task() {
    return task;
  }

  @Override
  boolean withoutDeputy() {
    return withoutDeputy;
  }

  @Override
  Then then() {
    return Then.STOP;
  }

  @Override
  String sentence(OperationResult result) {
    return "froze %s into %s%s"
        .formatted(
            result.getTask(),
            into(result),
            result.getDeputyPid() == 0
                ? ""
                : "; process %d holds its place".formatted(result.getDeputyPid()));
  }
}
