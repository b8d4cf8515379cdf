package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Fragile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tasks that fail, and run again without a word. */
class SupervisionIT {
  @RegisterExtension static final Node node = new Node();

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static Subject fragile(Jdk jdk, String... options) {
    Subject task = node.subject(jdk, Fragile.class).with(options).start();
    assertThat(task.ask("count")).isEqualTo("1");
    node.ckpt("checkpoint", task.name(), "--on-failure", "restart").done();
    assertThat(ps(task).path("onFailure").asText()).isEqualTo("restart");
    return task;
  }

  /** From the checkpoint on: what was counted since is counted again. */
  private static void livesAgain(Subject task, int life) {
    await("life " + life + " of " + task.name())
        .atMost(PATIENCE)
        .until(
            () ->
                ps(task).path("state").asText().equals("running")
                    && ps(task).path("incarnation").asInt() == life);
    assertThat(task.ask("count")).isEqualTo("2");
    assertThat(task.ask("pid")).isEqualTo("" + task.pid());
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whateverKillsItItRunsAgain(Jdk jdk) {
    Subject task = fragile(jdk);
    Signals.send(task.pid(), Signals.KILL);
    livesAgain(task, 2);
    assertThat(ps(task).path("lastEnd").asText()).isEqualTo("killed 9");
    // Now its parent is another.
    task.tell("segv");
    livesAgain(task, 3);
    assertThat(ps(task).path("lastEnd").asText()).isEqualTo("killed 6");
    task.tell("exit 3");
    livesAgain(task, 4);
    assertThat(ps(task).path("lastEnd").asText()).isEqualTo("exited 3");
    assertThat(ps(task).path("restarts").asInt()).isEqualTo(3);
  }

  @Test
  void whoIsAskedToEndEnds() {
    for (String way : new String[] {"exit 0", "TERM"}) {
      Subject task = fragile(Jdk.newest());
      if (way.startsWith("exit")) task.tell(way);
      else Signals.send(task.pid(), Signals.TERM);
      await(way).atMost(PATIENCE).until(() -> ps(task).path("state").asText().equals("ended"));
      assertThat(ps(task).path("restarts").asInt()).isZero();
      // By its user it is made to live again, and is supervised as before.
      task.restore().done();
      Signals.send(task.pid(), Signals.KILL);
      livesAgain(task, 3);
    }
  }

  @Test
  void whoFailsTooOftenIsGivenUp() throws IOException {
    Subject task = node.subject(Jdk.newest(), Fragile.class).start();
    node.ckpt(
            "checkpoint",
            task.name(),
            "--on-failure=restart",
            "--start-limit-burst=2",
            "--start-limit-interval=1h")
        .done();
    for (int life = 2; life <= 3; life++) {
      Signals.send(task.pid(), Signals.KILL);
      int now = life;
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  ps(task).path("state").asText().equals("running")
                      && ps(task).path("incarnation").asInt() == now);
    }
    Signals.send(task.pid(), Signals.KILL);
    await().atMost(PATIENCE).until(() -> ps(task).path("state").asText().equals("failed"));
    assertThat(ps(task).path("restartTrouble").asText()).contains("restarted 2 times");
    assertThat(node.log()).contains("is not restarted any more");
    task.restore().done();
    await().atMost(PATIENCE).until(() -> ps(task).path("restarts").asInt() == 0);
  }

  @Test
  void anImageThatIsDamagedIsPassedOver() throws IOException {
    Subject task = fragile(Jdk.newest());
    assertThat(task.ask("count")).isEqualTo("2");
    String newest = node.ckpt("checkpoint", task.name()).done().image();
    flip(node.state().resolve("images").resolve(newest));
    Signals.send(task.pid(), Signals.KILL);
    livesAgain(task, 2);
    assertThat(node.log()).contains("image " + newest + " is passed over");
  }

  private static void flip(Path image) throws IOException {
    try (Stream<Path> files = Files.list(image)) {
      Path largest =
          files
              .filter(file -> file.getFileName().toString().endsWith(".img"))
              .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
              .orElseThrow();
      byte[] content = Files.readAllBytes(largest);
      content[content.length / 2] ^= 1;
      Files.write(largest, content);
    }
  }

  /** The kernel ends it for the memory that its control group may not have. */
  @Test
  void itRunsOutOfMemory() throws IOException {
    Path first = Path.of("/sys/fs/cgroup/memory");
    boolean second = !Files.isDirectory(first);
    Path group =
        Files.createDirectory(
            (second ? Path.of("/sys/fs/cgroup") : first).resolve("sojourn-" + node.daemonPid()));
    try {
      Path limit = group.resolve(second ? "memory.max" : "memory.limit_in_bytes");
      assumeTrue(Files.exists(limit), "memory is not limited by control groups here");
      Files.writeString(limit, String.valueOf(400 << 20));
      Subject task =
          node.subject(Jdk.newest(), Fragile.class)
              .with("-Xmx1g")
              .by("sh", "-c", "echo $$ > " + group + "/cgroup.procs; exec \"$@\"", "sh")
              .start();
      assertThat(task.ask("count")).isEqualTo("1");
      node.ckpt("checkpoint", task.name(), "--on-failure=restart").done();
      task.tell("eat");
      livesAgain(task, 2);
      assertThat(ps(task).path("lastEnd").asText()).isEqualTo("killed 9");
      assertThat(Files.readString(group.resolve(second ? "memory.events" : "memory.oom_control")))
          .containsPattern("oom_kill [1-9]");
      node.ckpt("checkpoint", task.name(), "--on-failure=keep").done();
      // It lives in that group again.
      task.close();
    } finally {
      await().atMost(PATIENCE).until(() -> group.toFile().delete());
    }
  }

  /** As fork does, it returns in both lives. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aProgramChoosesTheMoment(Jdk jdk) {
    Subject task = node.subject(jdk, Fragile.class).agent("onFailure=restart").start();
    assertThat(task.ask("count")).isEqualTo("1");
    task.tell("now");
    // Not asked before there is an image: what it has open to answer would be in there.
    await().atMost(PATIENCE).until(() -> ps(task).path("lastImage").isTextual());
    await().atMost(PATIENCE).until(() -> task.ask("outcome").equals("MADE"));
    assertThat(task.ask("count")).isEqualTo("2");
    Signals.send(task.pid(), Signals.KILL);
    livesAgain(task, 2);
    await().atMost(PATIENCE).until(() -> task.ask("outcome").equals("RESTORED"));
    // The wish is not in the image.
    assertThat(node.ckpt("images", task.name()).done().json().path("images")).hasSize(1);
  }

  /** The next daemon finds that it is gone; also where nobody could see how. */
  @Test
  void theDaemonDiesAtTheSameTime() throws Exception {
    Subject task = fragile(Jdk.newest());
    node.killDaemon();
    task.firstLife().destroyForcibly().waitFor();
    node.startDaemon();
    livesAgain(task, 2);
    node.killDaemon();
    Signals.send(task.pid(), Signals.KILL);
    node.startDaemon();
    livesAgain(task, 3);
    // One that has ended as it should while there was no daemon is left alone: its shim has noted
    // it.
    node.killDaemon();
    task.tell("exit 0");
    await().atMost(PATIENCE).until(() -> !Proc.exists(task.pid()));
    await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(node.run().resolve("exits").resolve(id(task) + "-3")));
    node.startDaemon();
    await().atMost(PATIENCE).until(() -> ps(task).path("lastEnd").asText().equals("exited 0"));
    assertThat(ps(task).path("state").asText()).isEqualTo("ended");
  }

  private static String id(Subject task) throws IOException {
    try (Stream<Path> files = Files.list(node.state().resolve("supervised"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".json", ""))
          .filter(
              id -> read(node.state().resolve("tasks").resolve(id + ".json")).contains(task.name()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Test
  void aFrozenTaskIsNotMissed() {
    Subject task = fragile(Jdk.newest());
    task.freeze().done();
    assertThat(ps(task).path("state").asText()).isEqualTo("frozen");
    task.restore().done();
    Signals.send(task.pid(), Signals.KILL);
    // The image of the freeze is the newest.
    livesAgain(task, 3);
    // Beside its deputy it is another process.
    task.keepHome();
    task.freeze().done();
    task.restore().done();
    assertThat(task.ask("count")).isEqualTo("3");
    Signals.send(task.process(), Signals.KILL);
    await().atMost(PATIENCE).until(() -> ps(task).path("incarnation").asInt() == 5);
    assertThat(task.ask("count")).isEqualTo("3");
  }

  @Test
  void whatItsAgentWasToldALaterDaemonHears() throws Exception {
    node.killDaemon();
    Subject task =
        node.subject(Jdk.newest(), Fragile.class)
            .agent("every=1h,keep=2,onFailure=restart,startLimitBurst=9")
            .start();
    node.startDaemon();
    JsonNode seen = ps(task);
    assertThat(seen.path("everyMillis").asInt()).isEqualTo(3_600_000);
    assertThat(seen.path("startLimitBurst").asInt()).isEqualTo(9);
    // It has no image yet, and so it is over with it.
    Signals.send(task.pid(), Signals.KILL);
    await().atMost(PATIENCE).until(() -> node.ckpt("ps").done().json().path("tasks").isEmpty());
    // Who supervises hears of it a little later.
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(node.log()).contains("it has no image"));
  }

  @Test
  void whoIsLeftAloneStaysDead() {
    Subject task = fragile(Jdk.newest());
    node.ckpt("checkpoint", task.name(), "--on-failure=keep").done();
    assertThat(ps(task).has("onFailure")).isFalse();
    Signals.send(task.pid(), Signals.KILL);
    await().atMost(PATIENCE).until(() -> ps(task).path("state").asText().equals("ended"));
    node.ckpt("checkpoint", task.name(), "--on-failure=keep").refused("is not restarted");
    assertThat(node.ckpt("checkpoint", task.name(), "--start-limit-burst=3").status()).isEqualTo(2);
  }

  @AfterEach
  void forget() {
    for (JsonNode task : node.ckpt("ps").json().path("tasks"))
      node.ckpt("checkpoint", task.path("id").asText(), "--on-failure=keep");
    for (JsonNode image : node.ckpt("images").json().path("images"))
      node.ckpt("rm", image.path("name").asText());
  }

  private static JsonNode ps(Subject task) {
    return node.ckpt("ps", task.name()).done().json().at("/tasks/0");
  }
}
