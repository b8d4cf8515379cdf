package io.sojourn.node.host;

import io.sojourn.node.daemon.NodeConfig;
import java.nio.file.Path;
import java.util.Map;

/**
 * Of which node it is.
 *
 * @param runtime the directory that holds the native programs
 * @param build of this program
 */
record HostSettings(NodeConfig node, Path runtime, String build) {
  /**
   * @param arguments run directory, state directory, the node's name, the build
   */
  static HostSettings of(String[] arguments) {
    return new HostSettings(
        NodeConfig.of(Map.of(), Path.of(arguments[0]), Path.of(arguments[1]), arguments[2]),
        Path.of(System.getProperty("sojourn.runtime", ".")),
        arguments[3]);
  }

  Path runDirectory() {
    return node.runDirectory();
  }

  Path stateDirectory() {
    return node.stateDirectory();
  }

  String nodeName() {
    return node.nodeName();
  }

  Path memory() {
    return node.imagesInMemory();
  }

  Path drained() {
    return node.drained();
  }
}
