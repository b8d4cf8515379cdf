package io.sojourn.node.demo;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A file that a program writes line by line. */
final class GrowingFile {
  private final Path file;

  GrowingFile(Path file) {
    this.file = file;
  }

  /** Waits until it has so many lines; fails where its writer ends before. */
  void awaitLines(long lines, ProcessHandle writer, Duration limit)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      file.resolveSibling(".")
          .register(
              watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      while (lines() < lines) {
        // Once a second at least, to see whether the writer is still there.
        WatchKey key = watch.poll(1, TimeUnit.SECONDS);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
        if (!writer.isAlive())
          throw OperationException.failed(
              "pid " + writer.pid() + " ended too early", "it said: " + text());
        if (System.nanoTime() > deadline)
          throw OperationException.failed(
              file + " did not grow to " + lines + " lines within " + limit.toSeconds() + " s", "");
      }
    }
  }

  long lines() throws IOException {
    return text().chars().filter(character -> character == '\n').count();
  }

  private String text() throws IOException {
    return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
  }
}
