package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Machines;
import io.sojourn.harness.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Groups that are brought back on other nodes than those on which their images were made. */
class GroupElsewhereIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int A = 1, B = 2, C = 3;
  private static final String RESTARTED = ",onFailure=restart,restartDelay=10ms";
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

  /** Of four there is an image, and they have gone on. */
  private static ProgramGroup heat(String name, String options, int... where) throws Exception {
    List<ProgramGroup.Seat> seats = IntStream.of(where).mapToObj(GroupElsewhereIT::seat).toList();
    ProgramGroup heat = ProgramGroup.start(new ParallelHeat(), seats, name, options);
    heat.goesOn();
    node(B).ckpt("checkpoint", "--group", name).done();
    heat.goesOn();
    await().atMost(PATIENCE).until(() -> stored(name + "@1") == where.length);
    return heat;
  }

  /** So many parts of an image are in the repository. */
  private static long stored(String image) {
    JsonNode all = node(C).ckpt("images").done().json().path("images");
    return StreamSupport.stream(all.spliterator(), false)
        .filter(one -> one.path("groupImage").asText().equals(image))
        .filter(one -> one.path("stored").asBoolean())
        .count();
  }

  private static void restored(Answer answer, ProgramGroup heat, int... where) {
    assertThat(answer.done().json().path("tasks")).hasSize(where.length);
    for (int rank = 0; rank < where.length; rank++) heat.lives(rank, seat(where[rank]));
    heat.goesOn();
  }

  /** Nobody there could be asked; and when it is there again it has nothing more to do with it. */
  @Test
  void whatANodeHadThatIsLostLivesOnAnother() throws Exception {
    try (ProgramGroup heat = heat("lost", RESTARTED, A, A, B, C)) {
      machines().powerOff(A);
      List<String> words = new ArrayList<>(List.of("restore", "--group", "lost"));
      refused(words, "node a", "lost0", "--on a=NODE --give-up");
      words.addAll(List.of("--on", "a=c"));
      refused(words, "node a", "lost0, lost1", "--give-up");
      words.add("--give-up");
      refused(words, "lost2", "--end-living");
      words.add("--end-living");
      restored(node(B).ckpt(words.toArray(String[]::new)), heat, C, C, B, C);
      aFailedOneTakesAllBackToWhereTheyLive(heat);
      machines().powerOnAgain(A);
      machines().awaitUp(3);
      await().atMost(PATIENCE).until(() -> note("lost0").equals("node c has it"));
      String image = node(A).ckpt("images", "lost0").done().json().at("/images/0/name").asText();
      node(A).ckpt("restore", image).refused("node c has life", "lost0");
      node(A).ckpt("restore", "--group", "lost").refused("lost", "--end-living");
      Answer next = node(A).ckpt("checkpoint", "--group", "lost").done();
      assertThat(next.json().path("tasks"))
          .extracting(task -> task.path("task").asText() + task.path("node").asText())
          .containsExactlyInAnyOrder("lost0c", "lost1c", "lost2b", "lost3c");
      heat.goesOn();
      heat.finish();
    }
  }

  private static void refused(List<String> words, String... named) {
    node(B).ckpt(words.toArray(String[]::new)).refused(named);
  }

  private static void aFailedOneTakesAllBackToWhereTheyLive(ProgramGroup heat) throws Exception {
    int life = heat.livesAfter(1);
    heat.kill(List.of(heat.pid(0)));
    heat.livesAfter(life);
    heat.goesOn();
  }

  private static String note(String task) {
    return node(A).ckpt("ps", task).done().json().at("/tasks/0/restartTrouble").asText();
  }

  /** It is not dead, and nobody who gave it up knows that. */
  @Test
  void aNodeThatIsOnlyCutOffEndsWhatWasGivenUp() throws Exception {
    try (ProgramGroup heat = heat("cut", "", A, A, B, C)) {
      List<Integer> old = heat.pids(node(A));
      assertThat(old).hasSize(2);
      machines().cut(A);
      Answer done =
          node(C).ckpt("restore", "--group", "cut", "--on", "a=c", "--give-up", "--end-living");
      restored(done, heat, C, C, B, C);
      // The repository it sees.
      await()
          .atMost(PATIENCE)
          .until(() -> old.stream().noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
      machines().heal(A);
      machines().awaitUp(3);
      heat.goesOn();
      heat.finish();
    }
  }

  /** All of them to one node, and one of them back. */
  @Test
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  void aGroupIsBroughtToAnotherNodeThoughItsOwnAreThere() throws Exception {
    try (ProgramGroup heat = heat("moved", RESTARTED, A, A, B, B)) {
      node(A).ckpt("restore", "--group", "moved", "--on", "c").refused("moved", "--end-living");
      node(A).ckpt("restore", "--group", "moved", "--on", "d").refused("node d");
      Answer all = node(A).ckpt("restore", "--group", "moved", "--on", "c", "--end-living");
      restored(all, heat, C, C, C, C);
      node(C).ckpt("checkpoint", "--group", "moved").done();
      heat.goesOn();
      // Until then a node that has none of them would be refused.
      await().atMost(PATIENCE).until(() -> stored("moved@2") == 4);
      Answer back =
          node(B).ckpt("restore", "--group", "moved", "--on", "moved1=a,moved3=b", "--end-living");
      assertThat(back.json().path("groupImage").asText()).isEqualTo("moved@2");
      restored(back, heat, C, A, C, B);
      // From the image that has them on a and b.
      Answer first = node(B).ckpt("restore", "--group", "moved@1", "--end-living");
      restored(first, heat, C, A, C, B);
      heat.finish();
    }
  }
}
