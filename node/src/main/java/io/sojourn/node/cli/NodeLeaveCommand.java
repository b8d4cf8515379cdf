package io.sojourn.node.cli;

import io.sojourn.protocol.node.LeaveClusterRequest;
import io.sojourn.protocol.node.LeaveClusterResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "leave",
    description = "Makes this node one of no cluster; its tasks and images stay.")
final class NodeLeaveCommand extends NodeCall {
  @Option(names = "--force", description = "Also where the other nodes cannot be told.")
  private boolean force;

  @Override
  public Integer call() {
    LeaveClusterResponse left;
    try (NodeClient client = connect()) {
      left =
          client.cluster().leaveCluster(LeaveClusterRequest.newBuilder().setForce(force).build());
    }
    if (json())
      print(
          new JsonText()
              .object()
              .put("node", left.getName())
              .put("revoked", left.getRevoked())
              .end());
    else print("node " + left.getName() + " is one of no cluster now");
    return 0;
  }
}
