package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Remains;
import io.sojourn.harness.Subject;
import io.sojourn.harness.Twins;
import io.sojourn.repository.Gate;
import io.sojourn.repository.S3Server;
import io.sojourn.victim.Fragile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes whose repository is a bucket, on a server that speaks S3 and is well or is not. */
class BucketIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static volatile Gate.Fate fate = Gate.Fate.PASSES;
  private static @Nullable Path directory;
  private static @Nullable S3Server server;
  private static @Nullable Gate gate;
  private static @Nullable Twins twins;

  @BeforeAll
  static void begin() throws Exception {
    Path made = Files.createTempDirectory("sojourn-bucket-");
    directory = made;
    S3Server started = S3Server.start(made);
    server = started;
    Gate before = new Gate(started.port(), number -> fate);
    gate = before;
    List<String> credentials =
        List.of(
            "env", "AWS_ACCESS_KEY_ID=" + S3Server.KEY, "AWS_SECRET_ACCESS_KEY=" + S3Server.SECRET);
    String place =
        "s3://%s/some/place?endpoint=http://127.0.0.1:%d".formatted(S3Server.BUCKET, before.port());
    twins = new Twins(credentials, name -> List.of("--node-name=" + name, "--repository=" + place));
  }

  private static void becomes(Gate.Fate next) {
    fate = next;
    Objects.requireNonNull(gate).look();
  }

  private static Node a() {
    return Objects.requireNonNull(twins).a();
  }

  private static Node b() {
    return Objects.requireNonNull(twins).b();
  }

  @Test
  void aTaskLivesAgainOnAnotherNodeFromTheBucketAlone() throws Exception {
    Subject task = a().subject(Jdk.newest(), Fragile.class).start();
    assertThat(task.ask("count")).isEqualTo("1");
    String image = a().ckpt("checkpoint", task.name()).done().image();
    awaitStored(a(), image);
    assertThat(task.ask("count")).isEqualTo("2");
    task.firstLife().destroyForcibly().waitFor();

    awaitStored(b(), image);
    assertThat(image(b(), image).path("here").asBoolean()).isFalse();
    b().ckpt("inspect", image).done();
    b().ckpt("verify", image).done();
    // With its number, in another space of numbers.
    b().ckpt("restore", image).done();
    task.tell("count");
    assertThat(answer(task)).as("from the checkpoint on").isEqualTo("2");
    assertThat(brought(b())).isEmpty();

    String next = b().ckpt("checkpoint", task.name()).done().image();
    awaitStored(b(), next);
    awaitStored(a(), next);
    assertThat(image(a(), next).path("here").asBoolean()).isFalse();
    a().ckpt("verify", next).done();
    end(task.home());
    b().ckpt("rm", next).done();
    a().ckpt("rm", image).done();
    awaitNothing();
  }

  @Test
  void whateverTheBucketDoesTheTaskRunsOnAndNothingIsHalf() throws Exception {
    Subject task = a().subject(Jdk.newest(), Fragile.class).start();
    String first = a().ckpt("checkpoint", task.name()).done().image();
    awaitStored(a(), first);
    awaitStored(b(), first);
    int counted = 0;
    for (Gate.Fate trouble : List.of(Gate.Fate.REFUSED, Gate.Fate.ANSWERS_ERROR, Gate.Fate.HELD)) {
      becomes(trouble);
      String meanwhile = a().ckpt("checkpoint", task.name()).done().image();
      assertThat(task.ask("count")).isEqualTo("" + ++counted);
      if (trouble != Gate.Fate.HELD) isSaid(first, trouble);
      assertThat(image(a(), meanwhile).path("stored").asBoolean()).as("%s", trouble).isFalse();
      assertThat(image(a(), meanwhile).path("here").asBoolean()).isTrue();

      becomes(Gate.Fate.PASSES);
      String next = a().ckpt("checkpoint", task.name()).done().image();
      for (String one : List.of(meanwhile, next))
        await(one + " after " + trouble)
            .atMost(PATIENCE)
            .until(() -> image(a(), one).path("stored").asBoolean());
      assertThat(task.ask("count")).isEqualTo("" + ++counted);
    }
    JsonNode check = a().ckpt("repository", "check", "--read-all").done().json();
    assertThat(check.path("problems")).isEmpty();
    assertThat(check.path("images").asInt()).isEqualTo(7);
    for (JsonNode one : a().ckpt("images").done().json().path("images"))
      a().ckpt("rm", one.path("name").asText()).done();
    awaitNothing();
  }

  /** By whoever needs the bucket; on the second node there is nothing of the image but there. */
  private static void isSaid(String image, Gate.Fate trouble) throws Exception {
    String why = trouble == Gate.Fate.ANSWERS_ERROR ? "503" : "";
    String place = "s3://" + S3Server.BUCKET + "/some/place";
    for (String[] words : new String[][] {{"verify", image}, {"restore", image}, {"repository"}})
      b().ckpt(words).failed(place, why, "ckpt repository");
    assertThat(brought(b())).isEmpty();
    assertThat(b().ckpt("ps").done().json().path("tasks"))
        .allMatch(task -> !task.path("state").asText().equals("running"));
  }

  private static List<Path> brought(Node node) throws Exception {
    // As the node sees it.
    Path state = node == b() ? a().home().resolve("state-b") : a().state();
    if (!Files.isDirectory(state.resolve("brought"))) return List.of();
    try (Stream<Path> left = Files.list(state.resolve("brought"))) {
      return left.toList();
    }
  }

  private static JsonNode image(Node node, String name) {
    for (JsonNode image : node.ckpt("images").done().json().path("images"))
      if (image.path("name").asText().equals(name)) return image;
    throw new AssertionError(name + " is not listed");
  }

  /** A node whose archive is at work, or slow, lists what it knew before. */
  private static void awaitStored(Node node, String image) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(image(node, image).path("stored").asBoolean()).isTrue());
  }

  private static void awaitNothing() {
    for (Node node : List.of(a(), b()))
      await()
          .atMost(PATIENCE)
          .until(() -> node.ckpt("repository").done().json().path("images").asInt(-1) == 0);
  }

  /** It asks no more whether the task's process is there: that has another number here. */
  private static String answer(Subject task) throws Exception {
    List<Path> found = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              try (Stream<Path> files = Files.list(task.home())) {
                files
                    .filter(file -> file.getFileName().toString().matches("answer-\\d+"))
                    .forEach(found::add);
              }
              return !found.isEmpty();
            });
    return Files.readString(found.get(0));
  }

  /** Wherever it runs, as this machine's numbers have it. */
  private static void end(Path tasks) {
    processes(tasks).forEach(pid -> Signals.send(pid, Signals.KILL));
    await().atMost(PATIENCE).until(() -> processes(tasks).isEmpty());
  }

  private static List<Integer> processes(Path tasks) {
    return ProcessHandle.allProcesses()
        .map(process -> (int) process.pid())
        .filter(pid -> String.join(" ", Proc.commandLine(pid)).contains("-Dcontrol=" + tasks))
        .filter(pid -> Proc.command(pid).equals("java"))
        .toList();
  }

  @AfterEach
  void nothingIsLeft() {
    becomes(Gate.Fate.PASSES);
    end(a().home());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Remains.processesOf(a().run())).allMatch(one -> one.contains("Ckptd")));
  }

  @AfterAll
  static void end() throws Exception {
    try (S3Server stopped = server;
        Gate closed = gate) {
      if (twins != null) twins.close();
    } finally {
      if (directory != null) Trees.delete(directory);
    }
  }
}
