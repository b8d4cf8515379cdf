package io.sojourn.node.cli;

import io.sojourn.protocol.node.InitClusterRequest;
import io.sojourn.protocol.node.JoinTokenResponse;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "init",
    description = {
      "Makes this node the first of a cluster, and shows a token with which one more can join."
    })
final class NodeInitCommand extends NodeCall {
  @Mixin private Listening listening;

  @Option(
      names = "--token-lifetime",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description = "How long the token is good. Default: 24h.")
  private @Nullable Duration lifetime;

  @Override
  public Integer call() {
    JoinTokenResponse token;
    try (NodeClient client = connect()) {
      token =
          client
              .cluster()
              .initCluster(
                  InitClusterRequest.newBuilder()
                      .setListen(listening.listen())
                      .setAdvertise(listening.advertise())
                      .setTokenLifetimeMillis(lifetime == null ? 0 : lifetime.toMillis())
                      .build());
    }
    if (json()) print(toJson(token));
    else print("node " + token.getName() + " is the first of a cluster\n" + sentence(token));
    return 0;
  }

  static String sentence(JoinTokenResponse token) {
    return "on another machine, until %s, once:\n\n    ckpt node join %s --token %s\n"
        .formatted(
            Instant.ofEpochMilli(token.getExpiresEpochMillis()),
            token.getAddress(),
            token.getToken());
  }

  static JsonText toJson(JoinTokenResponse token) {
    return new JsonText()
        .object()
        .put("node", token.getName())
        .put("address", token.getAddress())
        .put("token", token.getToken())
        .put("fingerprint", token.getFingerprint())
        .put("expires", Instant.ofEpochMilli(token.getExpiresEpochMillis()).toString())
        .end();
  }
}
