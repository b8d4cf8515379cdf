package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The example {@code opt}: the first member is the master, the others compute for it.
 *
 * @param exemplars the more, the longer it takes until there is nothing to be learned any more
 */
record ParallelOpt(int exemplars) implements Parallel {
  private static final String ITERATIONS = "iterations ";
  private static final String DIGEST = "weights sha-256 ";

  @Override
  public List<String> member(int rank, int members, Path home, String address) {
    List<String> words = new ArrayList<>();
    String log = home.resolve("log-" + rank).toString();
    if (rank == 0) {
      words.addAll(training(home.resolve("weights"), log));
      words.addAll(List.of("--slaves", String.valueOf(members - 1), "--finish-early"));
      words.addAll(List.of("--iterations", "1000000000"));
    } else {
      words.addAll(List.of("io.sojourn.examples.opt.Slave", "--rank", String.valueOf(rank)));
      words.addAll(List.of("--address", address, "--log", log));
    }
    words.addAll(List.of("--meeting", home.toString()));
    return words;
  }

  private List<String> training(Path weights, String log) {
    return List.of(
        "io.sojourn.examples.opt.Opt",
        "--exemplars",
        String.valueOf(exemplars),
        "--hidden",
        "16",
        "--weights",
        weights.toString(),
        "--log",
        log);
  }

  /** The master says which iteration, and its error; the others which evaluation. */
  @Override
  public long step(String line) {
    String[] words = line.split(" ");
    return Long.parseLong(words[0].equals("evaluation") ? words[1] : words[0]);
  }

  @Override
  public int stride() {
    return 20;
  }

  @Override
  public String last(int rank) {
    return rank == 0 ? DIGEST : "evaluations ";
  }

  @Override
  public void compare(int members, Path home, String output)
      throws IOException, InterruptedException {
    List<String> alone = new ArrayList<>(List.of(Jdk.newest().tool("java")));
    alone.addAll(List.of("-cp", Service.classPath()));
    alone.addAll(training(home.resolve("alone"), home.resolve("log-alone").toString()));
    String iterations = said(output, ITERATIONS);
    alone.addAll(List.of("--iterations", iterations, "--threads", "2"));
    String undisturbed = Service.said(alone);
    assertThat(said(output, DIGEST))
        .as("weights after %s iterations", iterations)
        .isEqualTo(said(undisturbed, DIGEST));
    assertThat(home.resolve("weights")).hasSameBinaryContentAs(home.resolve("alone"));
    assertThat(Files.size(home.resolve("weights"))).isPositive();
  }

  private static String said(String output, String what) {
    String line = output.lines().filter(one -> one.startsWith(what)).findAny().orElseThrow();
    return line.substring(what.length());
  }
}
