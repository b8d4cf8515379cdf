package io.sojourn.node.move;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Images of tasks that are on their way: in memory, and in no list of images. */
final class Images {
  static final String PREFIX = ".moving-";

  private Images() {}

  /** The directory for those of one task. */
  static Path directory(Path memory, String task) throws IOException {
    Files.createDirectories(memory);
    Path directory = memory.resolve(PREFIX + task);
    if (!Files.exists(directory))
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return directory;
  }

  /** An image that another node says to have sent. */
  static Path arrived(Path memory, String directory) {
    Path image = Path.of(directory);
    if (memory.equals(image.getParent())
        && image.equals(image.normalize())
        && Files.isDirectory(image)) return image;
    throw OperationException.refused(
        directory + " is no image that has arrived here", "use the same version on all nodes");
  }
}
