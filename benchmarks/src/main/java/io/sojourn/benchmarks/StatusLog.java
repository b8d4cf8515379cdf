package io.sojourn.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What a program says of itself in its status file, see the examples' {@code StatusFile}. */
record StatusLog(Path file, Path output) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LONGEST_MILLIS = 60_000;

  /**
   * A stretch in which the program did not tick.
   *
   * @param startMillis wall clock, ms since the epoch
   * @param endMillis likewise
   * @param millis its length by the program's monotonic clock
   */
  record Gap(long startMillis, long endMillis, double millis) {}

  /** The longest gap that has a part between two moments, the later of which has passed. */
  Gap longestGap(long fromMillis, long toMillis) throws Failure, InterruptedException {
    // A gap is written at the next period after its end.
    await("a line after the measurement", line -> line.path("millis").asLong() > toMillis + 250);
    return gaps().stream()
        .filter(gap -> gap.endMillis() >= fromMillis && gap.startMillis() <= toMillis)
        .max((a, b) -> Double.compare(a.millis(), b.millis()))
        .orElseGet(() -> new Gap(toMillis, toMillis, 0));
  }

  /** The gap that covers both moments. */
  Gap gapOver(long fromMillis, long toMillis) throws Failure, InterruptedException {
    JsonNode gap =
        await(
            "a tick after the restore",
            line ->
                line.has("startMillis")
                    && line.path("startMillis").asLong() <= fromMillis
                    && line.path("endMillis").asLong() >= toMillis);
    return gap(gap);
  }

  /** Waits until a number that the program writes is at least so large. */
  void awaitAtLeast(String member, long least) throws Failure, InterruptedException {
    await(member + " " + least, line -> line.path(member).asLong() >= least);
  }

  /** The last number that the program wrote under this name. */
  long last(String member) throws Failure {
    List<JsonNode> lines = lines();
    lines.removeIf(line -> !line.has(member));
    return lines.isEmpty() ? 0 : lines.get(lines.size() - 1).path(member).asLong();
  }

  private JsonNode await(String what, Predicate<JsonNode> wanted)
      throws Failure, InterruptedException {
    long deadline = System.currentTimeMillis() + LONGEST_MILLIS;
    while (System.currentTimeMillis() < deadline) {
      for (JsonNode line : lines()) if (wanted.test(line)) return line;
      Thread.sleep(50);
    }
    throw new Failure("waited in vain for " + what + "; the program said: " + said());
  }

  private List<Gap> gaps() throws Failure {
    return lines().stream().filter(line -> line.has("startMillis")).map(StatusLog::gap).toList();
  }

  private static Gap gap(JsonNode line) {
    return new Gap(
        line.path("startMillis").asLong(),
        line.path("endMillis").asLong(),
        line.path("gapMillis").asDouble());
  }

  private List<JsonNode> lines() throws Failure {
    List<JsonNode> lines = new ArrayList<>();
    try {
      if (Files.exists(file))
        for (String line : Files.readAllLines(file)) lines.add(JSON.readTree(line));
    } catch (IOException e) {
      throw new Failure("cannot read " + file, e);
    }
    return lines;
  }

  private String said() {
    try {
      return Files.readString(output).strip();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
