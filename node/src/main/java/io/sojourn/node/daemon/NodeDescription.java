package io.sojourn.node.daemon;

import io.sojourn.protocol.node.GetNodeResponse;
import java.util.function.Supplier;

/** Who answers. */
record NodeDescription(NodeConfig config, Engines engines) implements Supplier<GetNodeResponse> {
  static String version() {
    String version = NodeDaemon.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  @Override
  public GetNodeResponse get() {
    return GetNodeResponse.newBuilder()
        .setName(config.nodeName())
        .setVersion(version())
        .setPid((int) ProcessHandle.current().pid())
        .setCriuVersion(engines.criuVersion())
        .setStateDir(config.stateDirectory().toString())
        .build();
  }
}
