package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Sockets;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A daemon is killed, or the link is cut, at random moments of moves and of traffic: after each the
 * task lives once. Where it was home's, it has lost nothing. {@code -Dsojourn.kills=N} says how
 * often, {@code -Dsojourn.seed=N} repeats a run.
 */
@EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
class RandomKillsIT {
  private static final int KILLS = Integer.getInteger("sojourn.kills", 1_000);

  private final long seed = Long.getLong("sojourn.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final StringBuilder story = new StringBuilder("seed " + seed + ":");

  @AfterEach
  void tell() {
    System.out.println(story);
  }

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
    }
  }

  /** The guest node's daemon: the task lives again, at worst as its last image has it. */
  @Test
  void aLostTaskLivesAgain() throws Exception {
    try (Road road = new Road("sojourn-rg");
        Subject task = road.subject(Jdk.newest(), Sockets.class).start()) {
      int port = Integer.parseInt(task.ask("listen any any"));
      for (int kill = 0; kill < KILLS; kill++) {
        String image = road.a().ckpt("checkpoint", task.name()).done().image();
        oneFaultThere(road, task);
        echoes(road, port);
        livesOnce(task);
        road.a().ckpt("rm", image).done();
      }
    }
  }

  private void oneFaultThere(Road road, Subject task) throws Exception {
    boolean settled = random.nextInt(2) == 0, cut = random.nextInt(4) == 0;
    int after = random.nextInt(2_500), lasting = random.nextInt(2_000);
    story.append(
        "\n%s, %s after %d ms, for %d ms"
            .formatted(settled ? "there" : "to b", cut ? "cut" : "killed", after, lasting));
    Node.Running move = road.a().ckptInBackground("migrate", task.name(), "b");
    if (settled) road.a().await(move).done();
    Thread.sleep(after);
    if (cut) road.net().cut(2);
    else road.b().killDaemon();
    Thread.sleep(lasting);
    if (cut) road.net().heal(2);
    else road.b().startDaemon();
    road.awaitUp();
    if (!settled) story.append(": exit ").append(road.a().await(move).status());
    await().atMost(Duration.ofSeconds(60)).until(() -> isCertain(state(road, task)));
    story.append(", ").append(state(road, task)).append(" on ").append(road.where(task));
    if (state(road, task).equals("lost")) road.a().ckpt("restore", task.name()).done();
    else if (road.where(task).equals("b")) road.a().ckpt("migrate", task.name(), "home").done();
  }

  private static boolean isCertain(String state) {
    return state.equals("running") || state.equals("lost");
  }

  private static String state(Road road, Subject task) {
    return road.a().ckpt("ps", task.name()).done().json().at("/tasks/0/state").asText();
  }

  private static void echoes(Road road, int port) throws IOException {
    try (Socket socket = road.connect(port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(new byte[100]);
      assertThat(socket.getInputStream().readNBytes(100)).hasSize(100);
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
