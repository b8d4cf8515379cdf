package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Fragile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two nodes with one repository: the second has another run and another state directory under the
 * same paths, as two machines of one installation have.
 */
class AnywhereIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String ELSEWHERE =
      "mount -t tmpfs none \"$1/run\" && mount --bind \"$1/state-b\" \"$1/state\" && echo ready && exec sleep 100000";

  private static @Nullable Path repository;
  private static @Nullable Node first;
  private static @Nullable Node second;
  private static @Nullable Process holder;
  private @Nullable Subject subject;

  @BeforeAll
  static void begin() throws Exception {
    Path made = Files.createTempDirectory("sojourn-anywhere-");
    repository = made;
    Node a = new Node(List.of(), options("a"));
    first = a;
    a.begin();
    Files.createDirectory(a.home().resolve("state-b"));
    Files.createSymbolicLink(a.home().resolve("state-b/criu"), Places.criu());
    Process mounts =
        new ProcessBuilder("unshare", "--mount", "sh", "-c", ELSEWHERE, "sh", a.home().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    holder = mounts;
    assertThat(mounts.inputReader().readLine()).isEqualTo("ready");
    Node b =
        new Node(List.of("nsenter", "--mount=/proc/" + mounts.pid() + "/ns/mnt"), options("b"));
    second = b;
    b.beginIn(a.home());
  }

  private static String[] options(String name) {
    return new String[] {
      "--node-name=" + name, "--repository=" + place().resolve("images"), "--lease=6s"
    };
  }

  private static Path place() {
    return Objects.requireNonNull(repository);
  }

  private static Node a() {
    return Objects.requireNonNull(first);
  }

  private static Node b() {
    return Objects.requireNonNull(second);
  }

  @Test
  void aTaskWhoseNodeDoesNotComeBackLivesOnAnother() throws Exception {
    Subject task = a().subject(Jdk.newest(), Fragile.class).start();
    subject = task;
    assertThat(task.ask("count")).isEqualTo("1");
    String image =
        a().ckpt("checkpoint", task.name(), "--on-failure=restart", "--restart-on=any")
            .done()
            .image();
    await().atMost(PATIENCE).until(() -> stored(image));
    await().atMost(PATIENCE).until(() -> Files.exists(fence(task)));

    // Only the daemon dies. Its fence ends the task, before another node may have it.
    a().killDaemon();
    await().atMost(PATIENCE).until(() -> !task.firstLife().isAlive());
    await().atMost(PATIENCE).until(() -> state(b(), task).equals("running"));
    assertThat(ps(b(), task).path("home").asText()).isEqualTo("b");
    assertThat(task.ask("count")).as("from the checkpoint on").isEqualTo("2");

    // Here it is supervised as it was there.
    int life = ps(b(), task).path("incarnation").asInt();
    Signals.send(task.pid(), Signals.KILL);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                state(b(), task).equals("running")
                    && ps(b(), task).path("incarnation").asInt() > life);
    assertThat(task.ask("count")).isEqualTo("2");

    // Its first node comes back, and leaves it there.
    a().startDaemon();
    await()
        .atMost(PATIENCE)
        .until(() -> ps(a(), task).path("restartTrouble").asText().equals("node b has it"));
    a().ckpt("restore", task.name()).refused("node b has life");
    assertThat(state(b(), task)).isEqualTo("running");

    // And has it again when the other is gone, with what it has counted there.
    String last = b().ckpt("checkpoint", task.name()).done().image();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                a().ckpt("images")
                    .done()
                    .json()
                    .path("images")
                    .findValuesAsText("name")
                    .contains(last));
    b().killDaemon();
    Signals.send(task.pid(), Signals.KILL);
    await().atMost(PATIENCE).until(() -> state(a(), task).equals("running"));
    assertThat(task.ask("count")).isEqualTo("3");
    b().startDaemon();
  }

  /** Afterwards nobody is told to end anything. */
  @AfterEach
  void forget() {
    for (Node node : List.of(a(), b()))
      for (JsonNode task : node.ckpt("ps").json().path("tasks"))
        node.ckpt("checkpoint", task.path("id").asText(), "--on-failure=keep");
    if (subject != null) subject.close();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(a().run().resolve("fences")).isEmptyDirectory());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              try (Stream<Path> said = Files.walk(place().resolve("images/lives"))) {
                assertThat(said.filter(Files::isRegularFile)).isEmpty();
              }
            });
  }

  @AfterAll
  static void end() throws Exception {
    try {
      b().end();
      a().end();
    } finally {
      if (holder != null) holder.destroyForcibly().waitFor();
      if (repository != null) Trees.delete(repository);
    }
  }

  private static Path fence(Subject task) throws IOException {
    return a().run().resolve("fences").resolve(ps(a(), task).path("id").asText() + ".due");
  }

  private static boolean stored(String name) {
    for (JsonNode image : a().ckpt("images").done().json().path("images"))
      if (image.path("name").asText().equals(name)) return image.path("stored").asBoolean();
    return false;
  }

  private static String state(Node node, Subject task) {
    return ps(node, task).path("state").asText();
  }

  /** Nothing where the node does not know it. */
  private static JsonNode ps(Node node, Subject task) {
    return node.ckpt("ps", task.name()).json().at("/tasks/0");
  }
}
