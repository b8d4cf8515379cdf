package io.sojourn.node.cli;

import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationResult;
import picocli.CommandLine.Command;

@Command(name = "checkpoint", description = "Makes an image of a task, which runs on.")
final class CheckpointCommand extends CheckpointCall {
  @Override
  Then then() {
    return Then.RUN_ON;
  }

  @Override
  String sentence(OperationResult result) {
    return "checkpointed " + result.getTask() + " into " + into(result);
  }
}
