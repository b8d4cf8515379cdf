package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.JoinClusterRequest;
import io.sojourn.protocol.node.JoinClusterResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "join",
    description = "Makes this node one of a cluster, with a token of ckpt node init or token.")
final class NodeJoinCommand extends NodeCall {
  @Parameters(
      arity = "0..1",
      paramLabel = "ADDRESS",
      description = "Of any node of the cluster: HOST[:PORT]. Default: the one in the token.")
  private @Nullable String address;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      required = true,
      description = "The token; or @FILE, which holds it and shows it to no list of processes.")
  private String token = "";

  @Mixin private Listening listening;

  @Override
  public Integer call() {
    JoinClusterResponse joined;
    try (NodeClient client = connect()) {
      joined =
          client
              .cluster()
              .joinCluster(
                  JoinClusterRequest.newBuilder()
                      .setAddress(address == null ? "" : address)
                      .setToken(token())
                      .setListen(listening.listen())
                      .setAdvertise(listening.advertise())
                      .build());
    }
    if (json())
      print(
          NodesCommand.add(
                  new JsonText()
                      .object()
                      .put("node", joined.getName())
                      .put("address", joined.getAddress()),
                  joined.getNodesList())
              .end());
    else
      print(
          "node %s is one of %d of the cluster now, called at %s"
              .formatted(joined.getName(), joined.getNodesCount(), joined.getAddress()));
    return 0;
  }

  private String token() {
    if (!token.startsWith("@")) return token;
    try {
      return Files.readString(Path.of(token.substring(1))).strip();
    } catch (IOException unreadable) {
      throw OperationException.usage(
          token.substring(1) + " cannot be read", "name a file that holds the token");
    }
  }
}
