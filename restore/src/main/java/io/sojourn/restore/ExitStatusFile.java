package io.sojourn.restore;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How a restored task ended: written by its shim, which is its parent, as "exited 0" or "killed 9".
 * A node daemon that was not there at that moment reads it later.
 */
public record ExitStatusFile(Path path) {
  public static ExitStatusFile of(Path runDirectory, String taskId, int incarnation) {
    return new ExitStatusFile(runDirectory.resolve("exits").resolve(taskId + "-" + incarnation));
  }

  /** How a task ended that had a deputy: its shim is not asked. */
  public void note(String how) throws IOException {
    Path directory = Files.createDirectories(Objects.requireNonNull(path.getParent()));
    String file = path.getFileName().toString();
    forgetEarlier(directory, file.substring(0, file.lastIndexOf('-')));
    Files.writeString(path, how + "\n");
  }

  static ExitStatusFile create(RestoreOrder order) {
    String task = order.manifest().getTask().getId();
    // A clone gets an id of its own later, and leaves the first one's numbers to it.
    if (order.options().asClone()) task += "-clone-" + System.currentTimeMillis();
    ExitStatusFile file = of(order.settings().runDirectory(), task, order.incarnation());
    try {
      Path directory = Files.createDirectories(order.settings().runDirectory().resolve("exits"));
      if (!order.options().asClone()) forgetEarlier(directory, task);
    } catch (IOException e) {
      throw OperationException.refused(
          "nothing can be written in " + order.settings().runDirectory() + ": " + e,
          "see whether its disk is full");
    }
    return file;
  }

  /** What earlier lives ended with tells nothing any more. */
  private static void forgetEarlier(Path directory, String taskId) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, taskId + "-*")) {
      for (Path file : files) Files.deleteIfExists(file);
    }
  }

  /** Empty while the task lives. */
  public Optional<String> read() {
    try {
      return Optional.of(Files.readString(path).strip());
    } catch (IOException notYet) {
      return Optional.empty();
    }
  }
}
