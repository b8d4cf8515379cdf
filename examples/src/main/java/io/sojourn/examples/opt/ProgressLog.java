package io.sojourn.examples.opt;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The progress of a training, a line an iteration, in a file that stays open for append. */
final class ProgressLog implements Closeable {
  private final OutputStream file;
  private long last = System.nanoTime();

  ProgressLog(Path path) throws IOException {
    file = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Writes the iteration, its error, and the milliseconds since the line before, in one write. */
  void add(int iteration, double error) throws IOException {
    long now = System.nanoTime();
    String line = iteration + " " + error + " " + (now - last) / 1_000_000 + "\n";
    last = now;
    file.write(line.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
