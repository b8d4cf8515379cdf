package io.sojourn.examples;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a running program says of itself, a line of JSON after the other, for a reader outside.
 *
 * <p>Every 200 ms {@code {"millis":…,"largestGapMillis":…, …}} with the longest gap between two
 * ticks since the line before, and what the program adds; and for each gap of more than 5 ms {@code
 * {"startMillis":…,"endMillis":…,"gapMillis":…}}. Times are ms since the epoch.
 *
 * <p>The file is opened for append and stays open, and each line is one write: whoever reads it
 * never sees half a line in its middle, and a restore does not ask for the size that it had.
 */
public final class StatusFile implements Closeable {
  private static final Duration PERIOD = Duration.ofMillis(200);

  private final Ticker ticker;
  private final UnaryOperator<JsonLine> state;
  private final OutputStream file;
  private final Stop closing = new Stop();
  private final Thread thread = new Thread(this::writeUntilClosed, "status");

  private StatusFile(Ticker ticker, UnaryOperator<JsonLine> state, OutputStream file) {
    this.ticker = ticker;
    this.state = state;
    this.file = file;
  }

  /**
   * Opens the file and begins to write.
   *
   * @param state adds the program's own members to a line; called by the writing thread
   */
  public static StatusFile open(Path path, UnaryOperator<JsonLine> state) throws IOException {
    OutputStream file =
        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    StatusFile status = new StatusFile(Ticker.start(), state, file);
    status.thread.setDaemon(true);
    status.thread.start();
    return status;
  }

  /** Opens the file that {@code --status FILE} names; without the option there is none. */
  public static Closeable of(Options options, UnaryOperator<JsonLine> state)
      throws UsageException, IOException {
    Optional<Path> path = options.path("--status");
    return path.isPresent() ? open(path.get(), state) : () -> {};
  }

  private void writeUntilClosed() {
    try {
      do {
        writeLines();
      } while (!closing.within(PERIOD));
      writeLines();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The work goes on without its status, and says so once.
      System.err.println("status: " + e);
    }
  }

  private void writeLines() throws IOException {
    for (Ticker.Gap gap : ticker.takeGaps()) {
      write(
          new JsonLine()
              .with("startMillis", gap.startMillis())
              .with("endMillis", gap.endMillis())
              .withMillis("gapMillis", gap.nanos()));
    }
    JsonLine line = new JsonLine().with("millis", System.currentTimeMillis());
    write(state.apply(line.withMillis("largestGapMillis", ticker.takeLargestNanos())));
  }

  private void write(JsonLine line) throws IOException {
    file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a last line and closes the file. */
  @Override
  public void close() throws IOException {
    closing.tell();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ticker.close();
    file.close();
  }
}
