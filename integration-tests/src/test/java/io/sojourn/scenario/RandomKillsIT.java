package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Home's daemon is killed, and the link is cut, at random moments of moves and of traffic: after
 * each the task lives once, and has lost nothing. {@code -Dsojourn.kills=N} says how often, {@code
 * -Dsojourn.seed=N} repeats a run.
 */
@EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
class RandomKillsIT {
  private static final int KILLS = Integer.getInteger("sojourn.kills", 1_000);

  private final long seed = Long.getLong("sojourn.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final StringBuilder story = new StringBuilder("seed " + seed + ":");

  @Test
  void aTaskLosesNothing() throws Exception {
    try (Road road = new Road("sojourn-rk");
        ServerSocket server = road.listen();
        Subject task = road.start(Jdk.newest(), server)) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      for (int kill = 0; kill < KILLS; kill++) {
        oneFault(road, task);
        peer.goesOn();
        assertThat(task.ask("failure")).isEqualTo("none");
        livesOnce(task);
      }
      if (road.where(task).equals("b")) road.a().ckpt("migrate", task.name(), "home").done();
      peer.goesOn();
      peer.settle(task);
    } catch (Exception | AssertionError failed) {
      throw new AssertionError(story.toString(), failed);
    }
  }

  private void oneFault(Road road, Subject task) throws Exception {
    String to = road.where(task).equals("b") ? "home" : "b";
    boolean moving = random.nextInt(4) > 0, cut = random.nextInt(4) == 0;
    int after = random.nextInt(moving ? 2_500 : 300), lasting = random.nextInt(2_000);
    story.append(
        "\n%s, %s after %d ms, for %d ms"
            .formatted(moving ? "to " + to : "traffic", cut ? "cut" : "killed", after, lasting));
    Node.Running move = moving ? road.a().ckptInBackground("migrate", task.name(), to) : null;
    Thread.sleep(after);
    if (cut) road.net().cut(2);
    else road.a().killDaemon();
    Thread.sleep(lasting);
    if (cut) road.net().heal(2);
    else road.a().startDaemon();
    road.awaitUp();
    if (move != null) story.append(": exit ").append(road.a().await(move).status());
    // A way out that was cut short may be heard of only when the other node answers again.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> road.a().ckpt("ps", task.name()).done().json().at("/tasks/0/state").asText(),
            "running"::equals);
    story.append(", on ").append(road.where(task));
  }

  /** Besides its deputy. */
  private static void livesOnce(Subject task) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(lives("-Dcontrol=" + task.home())).isEqualTo(1));
  }

  private static long lives(String mark) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("\\d+"))
          .filter(path -> read(path.resolve("comm")).equals("java\n"))
          .filter(path -> read(path.resolve("cmdline")).contains(mark))
          .count();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException ended) {
      return "";
    }
  }
}
