package io.sojourn.node.cli;

import io.grpc.Channel;
import io.sojourn.node.daemon.NodeConfig;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command line was typed. A command that may run inside the daemon ({@link Commands#QUICK})
 * asks this, never its own process, which is then another than the caller's.
 *
 * @param environment as far as commands look at it
 * @param directory the working directory
 * @param screen where somebody watches; null where nobody does
 * @param node the daemon's own calls, in the caller's name; null where they go through its socket
 */
public record Session(
    Map<String, String> environment,
    Path directory,
    @Nullable Screen screen,
    @Nullable Channel node) {
  /** That of this process. */
  static Session own() {
    return new Session(
        System.getenv(),
        Path.of("").toAbsolutePath(),
        Terminal.watched() ? Screen.own() : null,
        null);
  }

  /** From the root on; what is relative is meant from the caller's working directory. */
  Path absolute(Path path) {
    return directory.resolve(path).normalize();
  }

  /** A name stays as it is; what has a slash in it is a directory. */
  String image(String nameOrDirectory) {
    return nameOrDirectory.indexOf('/') < 0
        ? nameOrDirectory
        : absolute(Path.of(nameOrDirectory)).toString();
  }

  NodeClient connect(NodeConfig config) {
    return node == null ? NodeClient.connect(config.socket()) : NodeClient.within(node);
  }
}
