package io.sojourn.node.daemon;

import io.sojourn.protocol.node.GetNodeResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Who answers. */
record NodeDescription(NodeConfig config, Engines engines) implements Supplier<GetNodeResponse> {
  private static final String STAMP = ".built";

  static String version() {
    String version = NodeDaemon.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /**
   * Which build this is; no two have the same.
   *
   * @param runtime the directory that holds what was built
   */
  static String build(Path runtime) {
    try {
      return Files.readString(runtime.resolve(STAMP)).strip();
    } catch (IOException notByTheBuild) {
      return version();
    }
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
