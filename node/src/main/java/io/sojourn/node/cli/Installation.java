package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import java.nio.file.Path;

/**
 * Where the product lies, as the launcher says.
 *
 * @param root with the launchers and {@code scripts/}
 * @param runtime with {@code migrate.jar}, {@code ckpt-shim} and the jars
 */
record Installation(Path root, Path runtime) {
  static Installation here() {
    return new Installation(property("sojourn.root"), property("sojourn.runtime"));
  }

  Path daemon() {
    return root.resolve("ckptd");
  }

  Path provisionCriu() {
    return root.resolve("scripts/provision-criu.sh");
  }

  Path agentJar() {
    return runtime.resolve("migrate.jar");
  }

  private static Path property(String name) {
    String value = System.getProperty(name);
    if (value == null)
      throw OperationException.refused(
          "-D" + name + " is not set: this was not started by the launcher", "start it as ckpt");
    return Path.of(value);
  }
}
