package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.harness.Twins;
import io.sojourn.victim.Fragile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes with one repository. */
class AnywhereIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static @Nullable Path repository;
  private static @Nullable Twins twins;

  @BeforeAll
  static void begin() throws Exception {
    repository = Files.createTempDirectory("sojourn-anywhere-");
    twins =
        new Twins(
            List.of(),
            name ->
                List.of(
                    "--node-name=" + name,
                    "--repository=" + place().resolve("images"),
                    // A node that is slow for some seconds has lost nothing.
                    "--lease=20s"));
  }

  private static Path place() {
    return Objects.requireNonNull(repository);
  }

  private static Node a() {
    return Objects.requireNonNull(twins).a();
  }

  private static Node b() {
    return Objects.requireNonNull(twins).b();
  }

  @Test
  void aTaskWhoseNodeDoesNotComeBackLivesOnAnother() throws Exception {
    Subject task = a().subject(Jdk.newest(), Fragile.class).start();
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
    assertThat(count(task)).as("from the checkpoint on").isEqualTo("2");

    // Here it is supervised as it was there.
    int life = ps(b(), task).path("incarnation").asInt();
    Signals.send(process(task), Signals.KILL);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                state(b(), task).equals("running")
                    && ps(b(), task).path("incarnation").asInt() > life);
    assertThat(count(task)).isEqualTo("2");

    // Its first node comes back, and leaves it there. It must not see the other's processes.
    a().startDaemon("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");
    await()
        .atMost(PATIENCE)
        .until(() -> ps(a(), task).path("restartTrouble").asText().equals("node b has it"));
    a().ckpt("restore", task.name()).refused("node b has life");
    assertThat(state(b(), task)).isEqualTo("running");
    assertThat(count(task)).isEqualTo("3");
  }

  private static String count(Subject task) throws IOException {
    task.tell("count");
    await().atMost(PATIENCE).until(() -> answer(task).isPresent());
    Path answer = answer(task).orElseThrow();
    String said = Files.readString(answer);
    Files.delete(answer);
    return said;
  }

  private static Optional<Path> answer(Subject task) throws IOException {
    try (Stream<Path> files = Files.list(task.home())) {
      return files.filter(file -> file.getFileName().toString().matches("answer-\\d+")).findFirst();
    }
  }

  /** As this machine's numbers have it. */
  private static int process(Subject task) {
    return ProcessHandle.allProcesses()
        .map(process -> (int) process.pid())
        .filter(pid -> String.join(" ", Proc.commandLine(pid)).contains("-Dcontrol=" + task.home()))
        .filter(pid -> Proc.command(pid).equals("java"))
        .findFirst()
        .orElseThrow();
  }

  /** Afterwards nobody is told to end anything. */
  @AfterEach
  void forget() {
    for (Node node : List.of(a(), b()))
      for (JsonNode task : node.ckpt("ps").json().path("tasks"))
        node.ckpt("checkpoint", task.path("id").asText(), "--on-failure=keep");
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
      if (twins != null) twins.close();
    } finally {
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
