package io.sojourn.node.cli;

import io.sojourn.protocol.node.GetNodeRequest;
import io.sojourn.protocol.node.GetNodeResponse;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Says which daemon answers.")
final class NodeStatusCommand extends NodeCall {
  @Override
  public Integer call() {
    GetNodeResponse node;
    try (NodeClient client = connect()) {
      node = client.node().getNode(GetNodeRequest.getDefaultInstance());
    }
    if (json()) print(toJson(node));
    else
      print(
          "node %s: pid %d, version %s, CRIU %s, state in %s"
              .formatted(
                  node.getName(),
                  node.getPid(),
                  node.getVersion(),
                  node.getCriuVersion().isEmpty() ? "missing" : node.getCriuVersion(),
                  node.getStateDir()));
    return 0;
  }

  static JsonText toJson(GetNodeResponse node) {
    return new JsonText()
        .object()
        .put("node", node.getName())
        .put("pid", node.getPid())
        .put("version", node.getVersion())
        .put("criuVersion", node.getCriuVersion().isEmpty() ? null : node.getCriuVersion())
        .put("stateDir", node.getStateDir())
        .end();
  }
}
