package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.daemon.NodeConfig;
import io.sojourn.node.daemon.NodeOptions;
import io.sojourn.protocol.node.GetNodeRequest;
import io.sojourn.protocol.node.GetNodeResponse;
import java.io.IOException;
import java.nio.file.FileSystemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "start",
    description = {
      "Starts the daemon in the background, with CRIU provided where it is missing or too old.",
      "Does nothing where one answers."
    })
final class NodeStartCommand extends NodeCall {
  @Mixin private NodeOptions node;

  private void launch(NodeConfig config) throws IOException, InterruptedException {
    try {
      new DaemonLaunch(config, Installation.here())
          .run(text -> spec().commandLine().getErr().println(text));
    } catch (FileSystemException denied) {
      throw OperationException.refused(
          denied.getFile() + " cannot be made: " + denied.getClass().getSimpleName(),
          "choose other directories: --state-dir, --run-dir");
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    NodeConfig config = node.config(runDirectory());
    if (!NodeClient.answers(config.socket())) launch(config);
    GetNodeResponse answer;
    try (NodeClient client = NodeClient.connect(config.socket())) {
      answer = client.node().getNode(GetNodeRequest.getDefaultInstance());
    }
    if (json()) print(NodeStatusCommand.toJson(answer));
    else print("node " + answer.getName() + " is ready, pid " + answer.getPid());
    return 0;
  }
}
