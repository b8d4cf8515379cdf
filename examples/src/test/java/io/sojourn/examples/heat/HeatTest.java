package io.sojourn.examples.heat;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.examples.Run;
import io.sojourn.examples.Stop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeatTest {
  @TempDir Path directory;

  @Test
  void hasTheSameTemperaturesWithAnyNumberOfPrograms() throws Exception {
    byte[] alone = temperatures(1, 500, new Stop());
    assertThat(alone).hasSize(64 * 64 * Double.BYTES).isEqualTo(temperatures(3, 500, new Stop()));
    assertThat(ByteBuffer.wrap(alone).getDouble()).isBetween(60.0, 100.0);
    assertThat(temperatures(1, 501, new Stop())).isNotEqualTo(alone);
  }

  /** All after the same step, whichever that is. */
  @Test
  void isEndedByItsFirst() throws Exception {
    Stop stop = new Stop();
    stop.tell();
    assertThat(temperatures(3, 1_000_000_000, stop)).isEqualTo(temperatures(1, 4, new Stop()));
  }

  @Test
  void hasNoStripWithoutARow() {
    Run run = Run.of(new Heat(), "--rank", "4", "--meeting", "m", "--result", "r");
    assertThat(run.status()).isEqualTo(2);
  }

  private byte[] temperatures(int ranks, long steps, Stop first) throws IOException {
    Path meeting = Files.createTempDirectory(directory, "meeting");
    List<CompletableFuture<Run>> runs = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      String line =
          "--rank %d --ranks %d --meeting %s --result %s --steps %d"
              .formatted(rank, ranks, meeting, meeting.resolve("strip-" + rank), steps);
      Stop stop = rank == 0 ? first : new Stop();
      runs.add(
          CompletableFuture.supplyAsync(
              () -> Run.of(new Heat(), stop, line.split(" ")), work -> new Thread(work).start()));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int rank = 0; rank < ranks; rank++) {
      assertThat(runs.get(rank).join().status()).isZero();
      all.write(Files.readAllBytes(meeting.resolve("strip-" + rank)));
    }
    return all.toByteArray();
  }
}
