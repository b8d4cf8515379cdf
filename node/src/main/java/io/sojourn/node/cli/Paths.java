package io.sojourn.node.cli;

import java.nio.file.Path;

/** The daemon has another working directory: what is relative is meant from ours. */
final class Paths {
  private Paths() {}

  static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  /** A name stays as it is; what has a slash in it is a directory. */
  static String image(String nameOrDirectory) {
    return nameOrDirectory.indexOf('/') < 0 ? nameOrDirectory : absolute(Path.of(nameOrDirectory));
  }
}
