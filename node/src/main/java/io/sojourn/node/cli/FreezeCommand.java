package io.sojourn.node.cli;

import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationResult;
import picocli.CommandLine.Command;

@Command(name = "freeze", description = "Stops a task into an image. Its peers stay connected.")
final class FreezeCommand extends CheckpointCall {
  @Override
  Then then() {
    return Then.STOP;
  }

  @Override
  String sentence(OperationResult result) {
    return "froze " + result.getTask() + " into " + into(result);
  }
}
