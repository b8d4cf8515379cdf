package io.sojourn.node.cli;

import io.sojourn.protocol.node.ClusterNode;
import io.sojourn.protocol.node.ListNodesRequest;
import io.sojourn.protocol.node.ListNodesResponse;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

@Command(name = "nodes", description = "Lists the nodes of the cluster, this one first.")
final class NodesCommand extends NodeCall {
  @Override
  public Integer call() {
    ListNodesResponse answer;
    try (NodeClient client = connect()) {
      answer = client.cluster().listNodes(ListNodesRequest.getDefaultInstance());
    }
    if (json()) {
      JsonText text = new JsonText().object().put("fingerprint", answer.getFingerprint());
      if (answer.getNote().isEmpty()) text.none("note");
      else text.put("note", answer.getNote());
      print(add(text, answer.getNodesList()).end());
    } else {
      print(toTable(answer.getNodesList(), System.currentTimeMillis()));
      if (!answer.getNote().isEmpty())
        spec().commandLine().getErr().println("warning: " + answer.getNote());
    }
    return 0;
  }

  static JsonText add(JsonText text, List<ClusterNode> nodes) {
    text.array("nodes");
    for (ClusterNode node : nodes) {
      text.object()
          .put("name", node.getName())
          .put("address", node.getAddress())
          .put("state", state(node))
          .put("tasks", node.getTasks());
      if (node.getLastSeenEpochMillis() == 0) text.none("lastSeen");
      else text.put("lastSeen", Instant.ofEpochMilli(node.getLastSeenEpochMillis()).toString());
      text.put("self", node.getSelf())
          .put("authority", node.getAuthority())
          .put("version", node.getVersion())
          .put("kernel", node.getKernel())
          .put("memoryBytes", node.getMemoryBytes())
          .put(
              "certificateExpires",
              Instant.ofEpochMilli(node.getCertificateExpiresEpochMillis()).toString())
          .end();
    }
    return text.end();
  }

  static String toTable(List<ClusterNode> nodes, long nowMillis) {
    Table table = new Table("NAME", "ADDRESS", "STATE", "TASKS>", "LAST SEEN", "VERSION", "KERNEL");
    for (ClusterNode node : nodes)
      table.row(
          node.getName(),
          node.getAddress(),
          state(node),
          String.valueOf(node.getTasks()),
          seen(node, nowMillis),
          node.getVersion(),
          node.getKernel());
    return table.toString();
  }

  private static String seen(ClusterNode node, long nowMillis) {
    if (node.getSelf()) return "this node";
    return node.getLastSeenEpochMillis() == 0
        ? "never"
        : Units.ago(node.getLastSeenEpochMillis(), nowMillis);
  }

  private static String state(ClusterNode node) {
    return node.getState().name().toLowerCase(Locale.ROOT);
  }
}
