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
      empty(path);
      return new LogDirectory(path);
    } catch (IOException e) {
      throw OperationException.refused(
          "no log can be written in " + path + ": " + e, "see whether the disk is full");
    }
  }

  /** Of a restore that went well there is nothing to read. */
  void discard() {
    try {
      empty(path);
      Files.delete(path);
    } catch (IOException stays) {
      // The next restore of the image empties it.
    }
  }

  private static void empty(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) Files.delete(file);
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
