package io.sojourn.examples.opt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.examples.Meeting;
import io.sojourn.examples.Run;
import io.sojourn.examples.Stop;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlavesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 16})
  void haveTheWeightsOfOneProgram(int slaves) throws Exception {
    List<CompletableFuture<Run>> runs = slaves(slaves);
    Run master = Run.of(new Opt(), words("--slaves " + slaves + " --meeting " + directory));
    assertThat(master.status()).as(master.err()).isZero();
    assertThat(master.out()).endsWith("weights sha-256 " + OptTest.DIGEST + "\n");
    for (CompletableFuture<Run> run : runs) {
      assertThat(run.join().status()).as(run.join().err()).isZero();
      assertThat(run.join().out())
          .isEqualTo(runs.get(0).join().out())
          .matches("evaluations \\d+\n");
    }
    assertThat(directory.resolve("log-1")).content().startsWith("evaluation 10\nevaluation 20\n");
  }

  @Test
  void endWithAMasterThatIsStopped() throws Exception {
    List<CompletableFuture<Run>> runs = slaves(2);
    Stop stop = new Stop();
    stop.tell();
    String options = "--slaves 2 --finish-early --meeting " + directory;
    Run master = Run.of(new Opt(), stop, words(options));
    assertThat(master.out()).startsWith("iterations 0\n");
    assertThat(directory.resolve("weights")).exists();
    // The one of the first weights.
    for (CompletableFuture<Run> run : runs)
      assertThat(run.join().out()).isEqualTo("evaluations 1\n");
  }

  /** As one whose master has died. */
  @Test
  void failWhenTheirConnectionEnds() throws Exception {
    List<CompletableFuture<Run>> runs = slaves(1);
    new Meeting(directory, InetAddress.getLoopbackAddress()).find(1).close();
    assertThat(runs.get(0).join().status()).isEqualTo(1);
  }

  @Test
  void areNotMoreThanParts() {
    Run run = Run.of(new Opt(), words("--slaves 17 --meeting " + directory));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("Opt: --slaves: at most 16: 17\n");
  }

  private List<CompletableFuture<Run>> slaves(int count) {
    List<CompletableFuture<Run>> runs = new ArrayList<>();
    for (int rank = 1; rank <= count; rank++) {
      String line =
          "--rank %d --meeting %s --log %s/log-%1$d".formatted(rank, directory, directory);
      runs.add(
          CompletableFuture.supplyAsync(
              () -> Run.of(new Slave(), line.split(" ")), work -> new Thread(work).start()));
    }
    return runs;
  }

  private String[] words(String options) {
    String line =
        "--exemplars 200 --iterations 20 --hidden 8 --log %s/log --weights %1$s/weights %s"
            .formatted(directory, options);
    return line.split(" ");
  }
}
