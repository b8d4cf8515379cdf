package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.daemon.NodeConfig;
import io.sojourn.protocol.node.GetNodeRequest;
import io.sojourn.protocol.node.GetNodeResponse;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "start",
    description = {
      "Starts the daemon in the background, with CRIU provided where it is missing or too old.",
      "Does nothing where one answers."
    })
final class NodeStartCommand extends NodeCall {
  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Images and tasks. Default: $SOJOURN_STATE_DIR, or /var/lib/sojourn.")
  private @Nullable Path stateDirectory;

  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description = "Default: $SOJOURN_NODE_NAME, or the host's name.")
  private @Nullable String nodeName;

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
    NodeConfig config = NodeConfig.of(System.getenv(), runDirectory(), stateDirectory, nodeName);
    if (!NodeClient.answers(config.socket())) launch(config);
    GetNodeResponse node;
    try (NodeClient client = NodeClient.connect(config.socket())) {
      node = client.node().getNode(GetNodeRequest.getDefaultInstance());
    }
    if (json()) print(NodeStatusCommand.toJson(node));
    else print("node " + node.getName() + " is ready, pid " + node.getPid());
    return 0;
  }
}
