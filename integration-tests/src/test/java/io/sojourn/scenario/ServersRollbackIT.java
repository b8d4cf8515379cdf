package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Programs that keep data in directories of theirs are killed at random moments and restored from
 * their last checkpoints: data and memory agree, by their own word.
 */
class ServersRollbackIT {
  @RegisterExtension static final Node node = new Node();

  private static final int KILLS = Boolean.getBoolean("sojourn.soak") ? 20 : 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern INDEXED = Pattern.compile("\"indexed\":\\s*(\\d+)");

  private final Random random = new Random();
  private final Map<Path, Process> firsts = new HashMap<>();

  @AfterEach
  void endAll() {
    for (Map.Entry<Path, Process> one : firsts.entrySet())
      try {
        int last = pid(one.getKey());
        if (last > 0) Signals.send(last, Signals.KILL);
      } finally {
        end(one.getValue());
      }
  }

  /** It counts what it has committed, and compares. */
  @Test
  void aDatabaseInsideTheProgram() throws Exception {
    Path home = Files.createDirectory(node.home().resolve("h2"));
    Process first =
        start(
            home,
            "data",
            "-cp",
            Service.classPath(),
            "io.sojourn.subjects.servers.Rows",
            "jdbc:h2:" + home.resolve("data/rows"));
    killed(home, ServersRollbackIT::transactions, 20);
    // Its standard input ends, and it says whether everything is right.
    end(first);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(Service.lines(home.resolve("out"))).endsWith("right"));
  }

  private static long transactions(Path home) {
    List<String> lines = Service.lines(home.resolve("out"));
    for (int at = lines.size() - 1; at >= 0; at--)
      if (lines.get(at).matches("done \\d+ .*")) return Long.parseLong(lines.get(at).split(" ")[1]);
    assertThat(String.join("\n", lines)).doesNotContain("Exception");
    return 0;
  }

  @Test
  void anIndex() throws Exception {
    Path home = Files.createDirectory(node.home().resolve("lucene"));
    Process first =
        start(
            home,
            "index",
            "-cp",
            Service.classPath(),
            "io.sojourn.examples.lucene.Indexer",
            "--index",
            "index",
            "--status",
            "status",
            "--documents",
            "5000");
    killed(home, ServersRollbackIT::indexed, 1000);
    int last = pid(home);
    ProcessHandle.of(last).orElseThrow().destroy();
    await().atMost(PATIENCE).until(() -> !Proc.exists(last));
    end(first);
    assertThat(
            Service.said(
                Service.java(
                    Jdk.newest(),
                    "-cp",
                    Service.classPath(),
                    "org.apache.lucene.index.CheckIndex",
                    home.resolve("index").toString())))
        .contains("No problems were detected with this index.");
  }

  private static long indexed(Path home) {
    List<String> lines = Service.lines(home.resolve("status"));
    for (int at = lines.size() - 1; at >= 0; at--) {
      Matcher count = INDEXED.matcher(lines.get(at));
      if (count.find()) return Long.parseLong(count.group(1));
    }
    return 0;
  }

  private void killed(Path home, ToLongFunction<Path> done, long more) throws InterruptedException {
    String name = home.getFileName().toString();
    goesOn(home, done, more);
    for (int kill = 0; kill < KILLS; kill++) {
      Answer made = node.ckpt("checkpoint", name).done();
      Thread.sleep(random.nextInt(1000));
      int process = pid(home);
      Signals.send(process, Signals.KILL);
      await().atMost(PATIENCE).until(() -> !Proc.exists(process));
      node.ckpt("restore", name).done();
      goesOn(home, done, more);
      if (kill > 0) node.ckpt("rm", made.image()).done();
    }
  }

  private void goesOn(Path home, ToLongFunction<Path> done, long more) {
    long before = done.applyAsLong(home);
    await("work of " + home)
        .atMost(PATIENCE)
        .failFast(
            () ->
                assertThat(Objects.requireNonNull(firsts.get(home)).isAlive())
                    .as(() -> out(home))
                    .isTrue())
        .until(() -> done.applyAsLong(home) >= before + more);
  }

  private static String out(Path home) {
    return String.join("\n", Service.lines(home.resolve("out")));
  }

  private static int pid(Path home) {
    return node.ckpt("ps", home.getFileName().toString()).done().json().at("/tasks/0/pid").asInt();
  }

  /** Behind a process that holds its standard input open. */
  private Process start(Path home, String volume, String... words) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("setsid", "sh", "-c", "sleep 100000 | \"$@\"", "sh"));
    List<String> java = Service.java(Jdk.newest());
    command.add(java.get(0));
    command.add(
        "-javaagent:%s=name=%s,volumes=%s"
            .formatted(Places.AGENT, home.getFileName(), home.resolve(volume)));
    command.addAll(java.subList(1, java.size()));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(home.resolve("out").toFile()));
    builder.environment().put("SOJOURN_RUN_DIR", node.run().toString());
    builder.environment().put("SOJOURN_STATE_DIR", node.state().toString());
    Files.createDirectories(home.resolve(volume));
    Process first = builder.start();
    firsts.put(home, first);
    return first;
  }

  private static void end(Process first) {
    first.descendants().forEach(ProcessHandle::destroyForcibly);
    first.destroyForcibly();
  }
}
