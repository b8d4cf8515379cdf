package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tasks that are checkpointed again and again without a word. */
class PeriodicIT {
  @RegisterExtension static final Node node = new Node();

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void theNewestImagesAreThereWhateverDies(Jdk jdk) throws Exception {
    Subject task = node.subject(jdk, Clock.class).agent("every=1s,keep=2").start();
    awaitImage(task, 4);
    assertThat(images(task)).hasSizeBetween(2, 3);
    JsonNode seen = ps(task);
    assertThat(seen.path("everyMillis").asInt()).isEqualTo(1000);
    assertThat(seen.path("keep").asInt()).isEqualTo(2);
    assertThat(seen.path("lastCheckpointFailure").isNull()).isTrue();

    node.killDaemon();
    node.startDaemon();
    awaitImage(task, number(newest(task)) + 1);

    task.firstLife().destroyForcibly().waitFor();
    await().atMost(PATIENCE).until(() -> ps(task).path("state").asText().equals("ended"));
    String last = newest(task);
    // Nothing more is made of a task that does not run, and what there is stays.
    task.restore().done();
    assertThat(task.ask("pid")).isEqualTo("" + task.pid());
    awaitImage(task, number(last) + 1);

    node.ckpt("checkpoint", task.name(), "--every", "off").done();
    assertThat(ps(task).has("everyMillis")).isFalse();
    node.ckpt("checkpoint", task.name(), "--every", "off").refused(task.name());
  }

  @Test
  void beginsByACommandAndIsChangedByTheNext() {
    Subject task = node.subject(Jdk.newest(), Clock.class).start();
    node.ckpt("checkpoint", task.name(), "--every", "1h", "--keep", "3").done();
    assertThat(images(task)).hasSize(1);
    assertThat(ps(task).path("everyMillis").asInt()).isEqualTo(3_600_000);
    // One by hand is none of the schedule's.
    String byHand = node.ckpt("checkpoint", task.name()).done().image();
    for (int more = 0; more < 3; more++)
      node.ckpt("checkpoint", task.name(), "--every", "auto", "--keep", "2").done();
    assertThat(images(task)).hasSize(3).contains(byHand);
    assertThat(ps(task).path("everyAutomatic").asBoolean()).isTrue();
    assertThat(ps(task).path("everyMillis").asInt()).isGreaterThanOrEqualTo(10_000);
  }

  @Test
  void aFrozenTaskIsLeftInPeaceAndGoesOnAfterwards() {
    Subject task = node.subject(Jdk.newest(), Clock.class).agent("every=1s,keep=1").start();
    awaitImage(task, 1);
    // It may be the turn of a checkpoint.
    await().atMost(PATIENCE).until(() -> task.freeze().status() == 0);
    String frozen = newest(task);
    assertThat(ps(task).path("state").asText()).isEqualTo("frozen");
    task.restore().done();
    awaitImage(task, number(frozen) + 2);
    // Which image a task was frozen into is its user's to remove.
    assertThat(images(task)).contains(frozen);
  }

  @Test
  void whatCannotBeIsSaid() {
    Subject task = node.subject(Jdk.newest(), Clock.class).start();
    for (String[] wrong :
        new String[][] {
          {"--every", "5"}, {"--every", "0.1s"}, {"--keep", "3"}, {"--every", "5m", "--keep", "-1"}
        }) {
      List<String> words = new ArrayList<>(List.of("checkpoint", task.name()));
      words.addAll(List.of(wrong));
      assertThat(node.ckpt(words.toArray(String[]::new)).status()).isEqualTo(2);
    }
    assertThat(images(task)).isEmpty();
    assertThat(ps(task).has("everyMillis")).isFalse();
  }

  @AfterEach
  void forget() {
    for (JsonNode task : node.ckpt("ps").json().path("tasks"))
      node.ckpt("checkpoint", task.path("id").asText(), "--every", "off");
    for (JsonNode image : node.ckpt("images").json().path("images"))
      node.ckpt("rm", image.path("name").asText());
  }

  private static JsonNode ps(Subject task) {
    return node.ckpt("ps", task.name()).done().json().at("/tasks/0");
  }

  private static List<String> images(Subject task) {
    List<String> names = new ArrayList<>();
    for (JsonNode image : node.ckpt("images", task.name()).done().json().path("images"))
      names.add(image.path("name").asText());
    return names;
  }

  private static String newest(Subject task) {
    return ps(task).path("lastImage").asText();
  }

  private static int number(String image) {
    return Integer.parseInt(image.substring(image.lastIndexOf('-') + 1));
  }

  private static void awaitImage(Subject task, int number) {
    await("image " + number)
        .atMost(PATIENCE)
        .until(() -> !ps(task).path("lastImage").isNull() && number(newest(task)) >= number);
  }
}
