package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The example {@code heat}: each member has a strip of a plate. */
record ParallelHeat() implements Parallel {
  private static final String STEPS = "steps ";

  @Override
  public List<String> member(int rank, int members, Path home, String address) {
    List<String> words = new ArrayList<>(program(rank, members, home, "strip-" + rank));
    words.addAll(List.of("--address", address, "--log", home.resolve("log-" + rank).toString()));
    return words;
  }

  /** Rows of 32 KiB: as a rule some are half way. */
  private static List<String> program(int rank, int ranks, Path home, String result) {
    return List.of(
        "io.sojourn.examples.heat.Heat",
        "--rank",
        String.valueOf(rank),
        "--ranks",
        String.valueOf(ranks),
        "--meeting",
        home.toString(),
        "--result",
        home.resolve(result).toString(),
        "--rows",
        "16",
        "--columns",
        "4096");
  }

  @Override
  public long step(String line) {
    return Long.parseLong(line.split(" ")[1]);
  }

  @Override
  public int stride() {
    return 200;
  }

  @Override
  public String last(int rank) {
    return STEPS;
  }

  @Override
  public void compare(int members, Path home, String output)
      throws IOException, InterruptedException {
    String steps = output.lines().filter(line -> line.startsWith(STEPS)).findAny().orElseThrow();
    List<String> alone = new ArrayList<>(List.of(Jdk.newest().tool("java")));
    alone.addAll(List.of("-cp", Service.classPath()));
    alone.addAll(program(0, 1, home, "alone"));
    alone.addAll(List.of("--steps", steps.substring(STEPS.length())));
    Service.said(alone);
    ByteArrayOutputStream strips = new ByteArrayOutputStream();
    for (int rank = 0; rank < members; rank++)
      strips.write(Files.readAllBytes(home.resolve("strip-" + rank)));
    assertThat(strips.toByteArray())
        .as("temperatures after %s", steps)
        .isEqualTo(Files.readAllBytes(home.resolve("alone")));
  }
}
