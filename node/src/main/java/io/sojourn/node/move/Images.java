package io.sojourn.node.move;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Images of tasks that are on their way: in memory, and in no list of images. */
final class Images {
  static final String PREFIX = ".moving-";

  private static final Logger log = LoggerFactory.getLogger(Images.class);

  /** Ends the names of images of tasks that go home. */
  static final String HOMEWARD = "-homeward";

  private Images() {}

  /** An empty directory for those of one task: whatever an earlier move has left there goes. */
  static Path emptyDirectory(Path memory, String task) throws IOException {
    Trees.delete(memory.resolve(PREFIX + task));
    return directory(memory, task);
  }

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

  /**
   * Removes what moves have left whose daemon ended before they did.
   *
   * @param needed ids of tasks whose directories stay
   */
  static void sweepAllBut(Path memory, Set<String> needed) {
    if (!Files.isDirectory(memory)) return;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(memory, PREFIX + "*")) {
      for (Path directory : all)
        if (!needed.contains(directory.getFileName().toString().substring(PREFIX.length())))
          Trees.delete(directory);
    } catch (IOException | RuntimeException left) {
      log.warn("left images of earlier moves in {}: {}", memory, left.toString());
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
