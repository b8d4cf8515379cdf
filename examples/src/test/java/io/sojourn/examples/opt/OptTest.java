package io.sojourn.examples.opt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.examples.Run;
import io.sojourn.examples.Stop;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptTest {
  /** What a small training comes to, wherever it runs. */
  static final String DIGEST = "d181f7ba9882b57e331774dc1e0a36535687ef95945b100c38306b1e906f3d2c";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void hasTheSameWeightsEverywhere(int threads) throws Exception {
    Run run = train(new Stop(), "--threads", threads + "");
    assertThat(run.status()).isZero();
    assertThat(run.out()).endsWith("weights sha-256 " + DIGEST + "\n");
    byte[] weights = Files.readAllBytes(directory.resolve("weights"));
    assertThat(weights).hasSize(8 * new Network(64, 8, 16).size());
    assertThat(ByteBuffer.wrap(weights).getDouble()).isFinite().isNotZero();
  }

  @Test
  void anotherSeedHasOthers() {
    assertThat(train(new Stop(), "--seed", "2").out()).doesNotContain(DIGEST);
  }

  @Test
  void appendsALineAnIteration() throws Exception {
    Path log = directory.resolve("log");
    Files.writeString(log, "before\n");
    train(new Stop());
    assertThat(Files.readAllLines(log)).hasSize(21).startsWith("before");
    assertThat(Files.readAllLines(log).get(20)).matches("20 0\\.\\d+ \\d+");
  }

  @Test
  void leavesNoWeightsWhenStopped() {
    Stop stop = new Stop();
    stop.tell();
    assertThat(train(stop).status()).isEqualTo(1);
    assertThat(directory.resolve("weights")).doesNotExist();
  }

  @Test
  void needsItsFiles() {
    Run run = Run.of(new Opt(), "--log", "x");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("Opt: --weights must be given\nusage:");
  }

  private Run train(Stop stop, String... more) {
    String line =
        "--exemplars 200 --iterations 20 --hidden 8 --log %s --weights %s %s"
            .formatted(
                directory.resolve("log"), directory.resolve("weights"), String.join(" ", more));
    return Run.of(new Opt(), stop, line.trim().split(" "));
  }
}
