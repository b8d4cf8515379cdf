package io.sojourn.restore;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where one restore writes, beside the image: CRIU's log and pid file, the shim's complaints. */
record LogDirectory(Path path) {
  /** Makes it, or empties it of what an earlier restore of the image left. */
  static LogDirectory create(Path path) {
    try {
      Files.createDirectories(path);
      try (DirectoryStream<Path> old = Files.newDirectoryStream(path)) {
        for (Path file : old) Files.delete(file);
      }
      return new LogDirectory(path);
    } catch (IOException e) {
      throw OperationException.refused(
          "no log can be written in " + path + ": " + e, "see whether the disk is full");
    }
  }

  Path criuLog() {
    return path.resolve("restore.log");
  }

  Path shimLog() {
    return path.resolve("shim.log");
  }

  Path pidFile() {
    return path.resolve("pid");
  }
}
