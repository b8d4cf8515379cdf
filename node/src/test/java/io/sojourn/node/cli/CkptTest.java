package io.sojourn.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.files.FilesOptions;
import io.sojourn.engine.image.FileRules;
import io.sojourn.node.daemon.FakeNode;
import io.sojourn.node.daemon.NodeDaemon;
import io.sojourn.restore.RestoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Command lines against a daemon that only pretends to freeze: real sockets, real statuses. */
class CkptTest {
  private static final String ID = "aaaa1111bbbb";

  @TempDir Path directory;
  private FakeNode node;
  private Shell shell;

  @BeforeEach
  void start() throws IOException {
    node = new FakeNode(directory);
    shell = new Shell(node.config.runDirectory());
  }

  @AfterEach
  void end() {
    node.close();
  }

  private static List<String> keys(JsonNode node) {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private JsonNode theTask() {
    return shell.run("ps", "--json").json().path("tasks").path(0);
  }

  @Test
  void psHasTheKeysThatWerePromised() {
    node.task(ID, "web", 1);
    JsonNode task = theTask();
    assertThat(keys(task))
        .containsExactly(
            "id",
            "name",
            "pid",
            "mainClass",
            "state",
            "node",
            "home",
            "incarnation",
            "heapUsedBytes",
            "threads",
            "connections",
            "lastImage",
            "note",
            "group");
    assertThat(task.path("state").asText()).isEqualTo("running");
    assertThat(task.path("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
    assertThat(task.path("heapUsedBytes").asLong()).isEqualTo(1234567);
    assertThat(task.path("threads").asInt()).isEqualTo(7);
    assertThat(task.path("node").asText()).isEqualTo("testnode");
    assertThat(task.path("lastImage").isNull()).isTrue();
    assertThat(shell.run("ps").out()).contains("web", "running", "com.example.Main");
  }

  @Test
  void aTaskIsFrozenAndRestored() {
    node.task(ID, "web", 1);
    Shell.Result frozen = shell.run("freeze", "web", "--json");
    assertThat(frozen.status()).isZero();
    assertThat(keys(frozen.json()))
        .contains("task", "image", "bytes", "pauseMillis", "totalMillis", "phases");
    assertThat(frozen.json().path("image").asText()).isEqualTo("web-aaaa-1");
    assertThat(frozen.json().path("bytes").asLong()).isEqualTo(5);
    assertThat(frozen.json().path("pauseMillis").asDouble()).isEqualTo(12.5);
    assertThat(keys(frozen.json().path("phases").path(0))).containsExactly("name", "millis");
    assertThat(theTask().path("state").asText()).isEqualTo("frozen");
    assertThat(theTask().path("pid").isNull()).isTrue();

    assertThat(shell.run("restore", "web").out()).contains("restored web from web-aaaa-1", "total");
    assertThat(theTask().path("state").asText()).isEqualTo("running");
    assertThat(theTask().path("incarnation").asInt()).isEqualTo(2);
    assertThat(theTask().path("lastImage").asText()).isEqualTo("web-aaaa-1");

    Shell.Result second = shell.run("restore", "web-aaaa-1");
    assertThat(second.status()).isEqualTo(4);
    assertThat(second.err()).contains("ckpt: task web", "second life", "mend: ", "--clone");

    node.endTask();
    assertThat(theTask().path("state").asText()).isEqualTo("ended");
    assertThat(shell.run("restore", "web-aaaa-1", "--json").json().path("incarnation").asInt())
        .isEqualTo(3);
  }

  @Test
  void aDaemonKnowsItsTasksAfterARestart() throws IOException {
    node.task(ID, "web", 1);
    shell.run("freeze", "web");
    Files.createDirectories(node.config.images().resolve(".draft-web-aaaa-2"));
    node.restart();
    assertThat(theTask().path("state").asText()).isEqualTo("frozen");
    assertThat(node.config.images().resolve(".draft-web-aaaa-2")).doesNotExist();
    Files.delete(node.config.tasks().resolve(ID + ".json"));
    node.restart();
    assertThat(theTask().path("name").asText()).isEqualTo("web");
    shell.run("restore", "web");
    node.restart();
    assertThat(theTask().path("state").asText()).isEqualTo("running");
    assertThat(theTask().path("incarnation").asInt()).isEqualTo(2);
  }

  @Test
  void aSecondDaemonIsRefused() {
    assertThatThrownBy(() -> NodeDaemon.start(node.config, directory))
        .hasMessageContaining("pid " + ProcessHandle.current().pid());
  }

  @Test
  void optionsArriveAsTheyWereMeant() {
    node.task(ID, "web", 1);
    shell.run("checkpoint", "web");
    assertThat(node.lastOptions)
        .isEqualTo(
            new CheckpointOptions(
                false,
                CheckpointOptions.Collection.AUTO,
                false,
                Duration.ofSeconds(15),
                Duration.ofSeconds(5),
                64L << 20,
                FilesOptions.USUAL));
    shell.run(
        "checkpoint",
        "web",
        "--files=keep",
        "--files=/a/*:fail",
        "--volumes=/b:/c",
        "--files-limit=1G");
    assertThat(Objects.requireNonNull(node.lastOptions).files())
        .isEqualTo(
            new FilesOptions(
                true,
                FileRules.parse(List.of("keep", "/a/*:fail")),
                List.of("/b", "/c"),
                1L << 30));
    shell.run(
        "freeze",
        "web",
        "--gc=full",
        "--crac",
        "--pause-limit=2m",
        "--guard-limit",
        "100ms",
        "--ghost-limit=1.5G");
    assertThat(node.lastOptions)
        .isEqualTo(
            new CheckpointOptions(
                true,
                CheckpointOptions.Collection.FULL,
                true,
                Duration.ofMinutes(2),
                Duration.ofMillis(100),
                3L << 29,
                FilesOptions.NONE));
    shell.run(
        "restore",
        "web",
        "--accept-changed-files",
        "--streams-may-be-lost",
        "--files=/a:keep",
        "--limit=90s");
    assertThat(node.lastRestore)
        .isEqualTo(
            new RestoreOptions(
                false, true, true, FileRules.parse(List.of("/a:keep")), Duration.ofSeconds(90)));
  }

  @Test
  void aTaskIsSupervisedAndLeftAloneAgain() throws IOException {
    node.task(ID, "web", 1);
    Shell.Result made =
        shell.run(
            "checkpoint",
            "web",
            "--on-failure=restart",
            "--restart-delay=1s",
            "--start-limit-burst=3",
            "--start-limit-interval=1h");
    assertThat(made.out()).contains("restarted when it fails");
    JsonNode task = theTask();
    assertThat(task.path("onFailure").asText()).isEqualTo("restart");
    assertThat(task.path("restartOn").asText()).isEqualTo("home");
    assertThat(task.path("restartDelayMillis").asInt()).isEqualTo(1_000);
    assertThat(task.path("restartMaxDelayMillis").asInt()).isEqualTo(30_000);
    assertThat(task.path("startLimitBurst").asInt()).isEqualTo(3);
    assertThat(task.path("startLimitIntervalMillis").asInt()).isEqualTo(3_600_000);
    assertThat(task.path("restarts").asInt()).isZero();
    for (String key : List.of("lastEnd", "nextRestart", "restartTrouble"))
      assertThat(task.path(key).isNull()).as(key).isTrue();
    node.restart();
    assertThat(theTask().path("startLimitBurst").asInt()).isEqualTo(3);

    Shell.Result anywhere =
        shell.run("checkpoint", "web", "--on-failure=restart", "--restart-on=any");
    assertThat(anywhere.status()).isEqualTo(4);
    assertThat(anywhere.err()).contains("no repository", "--repository");
    assertThat(shell.run("checkpoint", "web", "--on-failure=keep").out()).contains("left alone");
    assertThat(theTask().has("onFailure")).isFalse();
    assertThat(shell.run("checkpoint", "web", "--on-failure=keep").status()).isEqualTo(4);
    for (String[] wrong :
        new String[][] {
          {"--restart-delay=1s"},
          {"--on-failure=keep", "--every=5m"},
          {"--on-failure=restart", "--start-limit-burst=0"},
          {"--on-failure=restart", "--restart-delay=2s", "--restart-max-delay=1s"},
          {"--on-failure=perhaps"}
        }) {
      List<String> words = new ArrayList<>(List.of("checkpoint", "web"));
      words.addAll(List.of(wrong));
      assertThat(shell.run(words.toArray(String[]::new)).status()).as("%s", words).isEqualTo(2);
    }
  }

  @Test
  void whatIsNotThereIsStatusThree() {
    for (String[] words :
        List.of(
            new String[] {"ps", "nobody"},
            new String[] {"freeze", "nobody"},
            new String[] {"restore", "nobody"},
            new String[] {"inspect", "nothing"},
            new String[] {"verify", "nothing"},
            new String[] {"rm", "nothing"})) {
      Shell.Result result = shell.run(words);
      assertThat(result.status()).as(String.join(" ", words)).isEqualTo(3);
      assertThat(result.out()).isEmpty();
      assertThat(result.err()).startsWith("ckpt: no ").contains("  mend: ");
    }
  }

  @Test
  void errorsAreJsonWhereJsonWasAskedFor() {
    Shell.Result result = shell.run("freeze", "nobody", "--json");
    assertThat(result.err()).isEmpty();
    assertThat(keys(result.json())).containsExactly("error");
    assertThat(keys(result.json().path("error"))).containsExactly("kind", "message", "mend");
    assertThat(result.json().path("error").path("kind").asText()).isEqualTo("not_found");
    assertThat(shell.run("freeze", "--json").json().path("error").path("kind").asText())
        .isEqualTo("usage");
  }

  @Test
  void wrongUsageIsStatusTwo() {
    assertThat(shell.run("freeze").status()).isEqualTo(2);
    assertThat(shell.run("nonsense").status()).isEqualTo(2);
    assertThat(shell.run("freeze", "x", "--pause-limit=15").err()).contains("15s");
    assertThat(shell.run("freeze", "x", "--gc=much").status()).isEqualTo(2);
    assertThat(shell.run("restore", "x", "--onto", "n2").status()).isEqualTo(2);
    assertThat(shell.run("checkpoint", "x", "--every=5m", "--keep=0").status()).isEqualTo(2);
    assertThat(shell.run("checkpoint", "x", "--keep=3").status()).isEqualTo(2);
    assertThat(shell.run("node", "strat").err()).contains("no command 'strat'", "did you mean");
  }

  @Test
  void withoutADaemonItSaysHowToStartOne() {
    Shell.Result result = new Shell(directory.resolve("nowhere")).run("ps");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("no node daemon", "ckpt node start");
  }

  @Test
  void aBusyTaskSaysWithWhat() throws Exception {
    node.task(ID, "web", 1);
    CountDownLatch hold = new CountDownLatch(1);
    node.hold = hold;
    CompletableFuture<Shell.Result> freeze =
        CompletableFuture.supplyAsync(() -> shell.run("freeze", "web"));
    Awaitility.await().until(() -> theTask().path("state").asText().equals("busy"));
    Shell.Result second = shell.run("checkpoint", "web");
    assertThat(second.status()).isEqualTo(4);
    assertThat(second.err()).contains("is busy: freeze");
    hold.countDown();
    assertThat(freeze.get().status()).isZero();
  }

  @Test
  void imagesAreListedInspectedVerifiedAndRemoved() throws IOException {
    node.task(ID, "web", 1);
    shell.run("checkpoint", "web");
    Path elsewhere = directory.resolve("elsewhere");
    assertThat(shell.run("freeze", "web", "-o", elsewhere.toString()).status()).isZero();
    assertThat(shell.run("images").out()).contains("web-aaaa-1", "checkpoint");
    assertThat(shell.run("images", "web", "--json").json().path("images")).hasSize(1);
    assertThat(shell.run("inspect", "web-aaaa-1").out()).contains("com.example.Main", "members");
    JsonNode manifest = shell.run("inspect", elsewhere.toString(), "--json").json();
    assertThat(manifest.path("kind").asText()).isEqualTo("freeze");
    assertThat(manifest.path("members").path(0).path("size").isNumber()).isTrue();

    assertThat(shell.run("verify", "web-aaaa-1").status()).isZero();
    Files.writeString(node.config.images().resolve("web-aaaa-1/pages-1.img"), "pagez");
    Shell.Result damaged = shell.run("verify", "web-aaaa-1");
    assertThat(damaged.status()).isEqualTo(4);
    assertThat(damaged.err()).contains("damaged");

    assertThat(shell.run("rm", "web-aaaa-1").status()).isZero();
    Shell.Result last = shell.run("rm", elsewhere.toString());
    assertThat(last.status()).isEqualTo(4);
    assertThat(last.err()).contains("lives in nothing but", "--force");
    assertThat(shell.run("rm", "--force", elsewhere.toString()).status()).isZero();
    assertThat(elsewhere).doesNotExist();
    assertThat(shell.run("ps", "--json").json().path("tasks")).isEmpty();
  }

  @Test
  void anImageThatExistsIsNotWrittenOver() {
    node.task(ID, "web", 1);
    Shell.Result result = shell.run("freeze", "web", "-o", directory.toString());
    assertThat(result.status()).isEqualTo(4);
    assertThat(result.err()).contains("exists already");
  }

  @Test
  void aCloneIsATaskOfItsOwn() {
    FakeNode.image(node.config.images().resolve("web-aaaa-1"), ID, "web", true, 1, 0);
    JsonNode clone = shell.run("restore", "web", "--clone", "--json").json();
    assertThat(clone.path("task").asText()).isEqualTo("web-clone");
    assertThat(clone.path("taskId").asText()).isNotEqualTo(ID);
    JsonNode tasks = shell.run("ps", "--json").json().path("tasks");
    assertThat(tasks).hasSize(2);
    assertThat(tasks.path(0).path("state").asText()).isEqualTo("frozen");
    assertThat(tasks.path(1).path("name").asText()).isEqualTo("web-clone");
  }

  @Test
  void everyCommandHasHelp() {
    for (String name : Ckpt.line().getSubcommands().keySet()) {
      if (name.equals("train")) continue;
      assertThat(shell.run(name, "--help").out()).as(name).contains("Usage: ckpt " + name);
    }
    assertThat(picocli.AutoComplete.bash("ckpt", Ckpt.line())).contains("freeze", "--pause-limit");
  }
}
