package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands to their end, with the clock beside them. */
final class Shell {
  private static final long LONGEST_SECONDS = 120;

  private Shell() {}

  /**
   * A command that has ended.
   *
   * @param startMillis wall clock just before it was started, in ms since the epoch
   * @param endMillis just after it had ended
   * @param nanos between the two
   */
  record Finished(
      int status, String out, String err, long startMillis, long endMillis, long nanos) {
    double millis() {
      return nanos / 1e6;
    }
  }

  /** Runs a command that must exit with 0. */
  static Finished run(Map<String, String> environment, List<String> command)
      throws Failure, InterruptedException {
    Finished finished = tryToRun(environment, command);
    if (finished.status() != 0)
      throw new Failure(
          String.join(" ", command)
              + " ended with "
              + finished.status()
              + ": "
              + (finished.err() + " " + finished.out()).strip());
    return finished;
  }

  static Finished tryToRun(Map<String, String> environment, List<String> command)
      throws Failure, InterruptedException {
    try {
      Path out = Files.createTempFile("benchmark", ".out");
      Path err = Files.createTempFile("benchmark", ".err");
      try {
        return timed(environment, command, out, err);
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new Failure(String.join(" ", command), e);
    }
  }

  // Files, not pipes: a daemon that the command leaves behind must not keep us from seeing its end.
  private static Finished timed(
      Map<String, String> environment, List<String> command, Path out, Path err)
      throws IOException, Failure, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    long startMillis = System.currentTimeMillis();
    long start = System.nanoTime();
    Process process = builder.start();
    if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new Failure(String.join(" ", command) + " did not end");
    }
    long nanos = System.nanoTime() - start;
    return new Finished(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8),
        startMillis,
        System.currentTimeMillis(),
        nanos);
  }
}
