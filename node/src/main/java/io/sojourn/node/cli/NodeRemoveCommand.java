package io.sojourn.node.cli;

import io.sojourn.protocol.node.RemoveNodeRequest;
import io.sojourn.protocol.node.RemoveNodeResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "remove",
    description = "Puts another node out of the cluster: its certificate is refused from now on.")
final class NodeRemoveCommand extends NodeCall {
  @Parameters(paramLabel = "NODE", description = "A node's name: ckpt nodes.")
  private String name = "";

  @Override
  public Integer call() {
    RemoveNodeResponse removed;
    try (NodeClient client = connect()) {
      removed = client.cluster().removeNode(RemoveNodeRequest.newBuilder().setName(name).build());
    }
    if (json()) print(new JsonText().object().put("node", removed.getName()).end());
    else print("node " + removed.getName() + " is refused from now on");
    return 0;
  }
}
