package io.sojourn.node.move;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Images of tasks that are on their way: in memory, and in no list of images. */
final class Images {
  static final String PREFIX = ".moving-";

  private static final Logger log = LoggerFactory.getLogger(Images.class);

  /** Ends the names of images of tasks that go home. */
  static final String HOMEWARD = "-homeward";

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

  /** The image of a task of this name that leaves or has left; null where it is not there. */
  static @Nullable Path leaving(Path memory, String task, String name) {
    Path image = memory.resolve(PREFIX + task).resolve(leaving(name));
    return Files.isDirectory(image) ? image : null;
  }

  /** What the image of a task that leaves is called. */
  static String leaving(String name) {
    return name + "-move";
  }

  /**
   * Removes those of a task's move: the task lives.
   *
   * @param arrived where the last one arrived; "" where none did
   */
  static void discard(Path memory, String task, String arrived) {
    try {
      if (!arrived.isEmpty() && Files.isDirectory(Path.of(arrived)))
        Trees.delete(arrived(memory, arrived));
      Trees.delete(directory(memory, task));
    } catch (IOException | RuntimeException left) {
      log.warn("left an image of task {} in {}: {}", task, memory, left.toString());
    }
  }

  /** Removes what came of moves that were given up: images whose names moves give, of a task. */
  static void sweep(Path memory, String task) {
    if (!Files.isDirectory(memory)) return;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(memory, "*" + HOMEWARD + "*")) {
      for (Path image : all)
        if (ImageDirectory.open(image).manifest().getTask().getId().equals(task))
          Trees.delete(image);
    } catch (IOException | RuntimeException left) {
      log.warn("left an image of task {} in {}: {}", task, memory, left.toString());
    }
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
