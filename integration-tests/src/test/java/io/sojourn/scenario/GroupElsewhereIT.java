package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Machines;
import io.sojourn.harness.Node;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Groups that are brought back on other nodes than those on which their images were made. */
class GroupElsewhereIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int A = 1, B = 2, C = 3;
  private static @Nullable Machines machines;

  @BeforeAll
  static void begin() throws Exception {
    machines = new Machines("sojourn-ge", 3, "--repository=HOME/images", "--lease=6s");
  }

  @AfterAll
  static void end() throws Exception {
    if (machines != null) machines.close();
  }

  private static Machines machines() {
    return Objects.requireNonNull(machines);
  }

  private static Node node(int number) {
    return machines().node(number);
  }

  private static ProgramGroup.Seat seat(int number) {
    return new ProgramGroup.Seat(
        node(number),
        machines().place(number),
        machines().address(number),
        inner -> machines().real(number, inner));
  }

  @Test
  void whatANodeHadThatIsLostLivesOnAnother() throws Exception {
    try (ProgramGroup heat =
        ProgramGroup.start(
            new ParallelHeat(), List.of(seat(A), seat(A), seat(B), seat(C)), "heat", "")) {
      heat.goesOn();
      node(B).ckpt("checkpoint", "--group", "heat").done();
      heat.goesOn();
      await().atMost(PATIENCE).until(() -> stored("heat@1") == 4);
      machines().powerOff(A);
      Answer done =
          node(B)
              .ckpt("restore", "--group", "heat", "--on", "a=c", "--give-up", "--end-living")
              .done();
      assertThat(done.json().path("tasks")).hasSize(4);
      heat.lives(0, seat(C));
      heat.lives(1, seat(C));
      heat.goesOn();
      heat.finish();
    }
  }

  /** So many parts of an image are in the repository. */
  private static long stored(String image) {
    long stored = 0;
    for (int number : new int[] {A, B, C}) {
      JsonNode all = node(number).ckpt("images").done().json().path("images");
      stored +=
          StreamSupport.stream(all.spliterator(), false)
              .filter(one -> one.path("groupImage").asText().equals(image))
              .filter(one -> one.path("here").asBoolean() && one.path("stored").asBoolean())
              .count();
    }
    return stored;
  }
}
