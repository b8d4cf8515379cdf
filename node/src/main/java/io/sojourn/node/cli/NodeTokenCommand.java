package io.sojourn.node.cli;

import io.sojourn.protocol.node.JoinTokenResponse;
import io.sojourn.protocol.node.MakeTokenRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "token",
    description = "Shows another token, with which one more node can join the cluster.")
final class NodeTokenCommand extends NodeCall {
  @Option(
      names = "--lifetime",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description = "How long it is good. Default: 24h.")
  private @Nullable Duration lifetime;

  @Override
  public Integer call() {
    JoinTokenResponse token;
    try (NodeClient client = connect()) {
      token =
          client
              .cluster()
              .makeToken(
                  MakeTokenRequest.newBuilder()
                      .setLifetimeMillis(lifetime == null ? 0 : lifetime.toMillis())
                      .build());
    }
    if (json()) print(NodeInitCommand.toJson(token));
    else print(NodeInitCommand.sentence(token));
    return 0;
  }
}
