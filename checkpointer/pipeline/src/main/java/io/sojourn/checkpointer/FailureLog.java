package io.sojourn.checkpointer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Keeps CRIU's log of an attempt that failed: the last one of each image name. */
final class FailureLog {
  private FailureLog() {}

  static Path place(Path stateDirectory, Path target) {
    return stateDirectory.resolve("logs").resolve("dump-" + target.getFileName() + ".log");
  }

  static void keep(Path log, Path stateDirectory, Path target) {
    if (!Files.exists(log)) return;
    Path place = place(stateDirectory, target);
    try {
      Files.createDirectories(stateDirectory.resolve("logs"));
      Files.copy(log, place, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException noRoom) {
      // The error that is under way says more than the lack of a log.
    }
  }
}
