package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.scenario.Fault.Pace;
import io.sojourn.victim.Sockets;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A daemon is killed, or the link is cut, at random moments of moves, of traffic and of signals:
 * after each the task lives once. It has lost nothing, unless what it lived in was killed. {@code
 * -Dsojourn.seed=N} repeats a run; {@code -Dsojourn.kills=N} says how often the long ones do it.
 */
class RandomKillsIT {
  private static final Pace BRISK = new Pace(1_500, 300), SLOW = new Pace(2_500, 2_000);
  private static final int KILLS = Integer.getInteger("sojourn.kills", 1_000);

  private static final Function<Road, Node> HOME = Road::a, GUEST = Road::b;

  private final long seed = Long.getLong("sojourn.seed", System.nanoTime());

  private final Random random = new Random(seed);
  private final StringBuilder story = new StringBuilder("seed " + seed + ":");

  @AfterEach
  void tell() {
    System.out.println(story);
  }

  @Test
  @Timeout(600)
  void aTaskLosesNothing() throws Exception {
    losesNothing(HOME, 30, BRISK);
  }

  /** The guest node's daemon, in which no guest lives. */
  @Test
  @Timeout(600)
  void norDoesItByTheOtherNodesDaemon() throws Exception {
    losesNothing(GUEST, 8, BRISK);
  }

  @Test
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  void aTaskLosesNothingForLong() throws Exception {
    losesNothing(HOME, KILLS, SLOW);
  }

  @Test
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  void norDoesItByTheOtherNodesDaemonForLong() throws Exception {
    losesNothing(GUEST, KILLS, SLOW);
  }

  /** All of ours on the guest node: the task lives again, at worst as its last image has it. */
  @Test
  @Timeout(600)
  void aLostTaskLivesAgain() throws Exception {
    livesAgain(12, BRISK);
  }

  @Test
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  void aLostTaskLivesAgainForLong() throws Exception {
    livesAgain(KILLS, SLOW);
  }

  /**
   * @param whose daemon is killed
   */
  private void losesNothing(Function<Road, Node> whose, int kills, Pace pace) throws Exception {
    try (Road road = new Road("sojourn-rk");
        ServerSocket server = road.listen();
        Subject task = road.start(Jdk.newest(), server)) {
      Peer peer = new Peer(server.accept());
      Interrupts interrupts = new Interrupts(task);
      peer.goesOn();
      for (int kill = 0; kill < kills; kill++)
        try {
          oneFault(road, whose.apply(road), task, pace, interrupts);
          peer.goesOn();
          assertThat(task.ask("failure")).isEqualTo("none");
          interrupts.haveCome();
          livesOnce(task);
        } catch (AssertionError | ConditionTimeoutException failed) {
          tell("\n%s", road.evidence());
          throw failed;
        }
      if (road.where(task).equals("b")) road.a().ckpt("migrate", task.name(), "home").done();
      peer.goesOn();
      interrupts.haveComeOnce();
      peer.settle(task);
    }
  }

  private void oneFault(Road road, Node node, Subject task, Pace pace, Interrupts interrupts)
      throws Exception {
    String to = road.where(task).equals("b") ? "home" : "b";
    boolean moving = random.nextInt(4) > 0;
    Fault fault = Fault.draw(random, moving ? pace : pace.within(300));
    tell("\n%s %s, %s", moving ? "to" : "arrived at", to, fault);
    Node.Running move = road.a().ckptInBackground("migrate", task.name(), to);
    if (!moving) road.a().await(move).done();
    signal(task, fault, interrupts);
    fault.strike(road, node, Node::killDaemon);
    if (moving) tell(": %s", outcome(road.a().await(move)));
    // A way out that was cut short may be heard of only when the other node answers again.
    becomes(road, task, "running");
    tell(", on %s", road.where(task));
  }

  private void livesAgain(int kills, Pace pace) throws Exception {
    try (Road road = new Road("sojourn-rg");
        Subject task = road.subject(Jdk.newest(), Sockets.class).start()) {
      int port = Integer.parseInt(task.ask("listen any any"));
      Interrupts interrupts = new Interrupts(task);
      for (int kill = 0; kill < kills; kill++) {
        String image = road.a().ckpt("checkpoint", task.name()).done().image();
        boolean lost = oneFaultThere(road, task, pace, interrupts);
        echoes(road, port);
        if (lost) interrupts.haveComeOnceOrAreForgotten();
        else interrupts.haveComeOnce();
        livesOnce(task);
        road.a().ckpt("rm", image).done();
      }
    }
  }

  private static void killAll(Node node) throws Exception {
    node.killDaemon();
    node.killWorldHosts();
  }

  /** Whether it was lost, and is restored. */
  private boolean oneFaultThere(Road road, Subject task, Pace pace, Interrupts interrupts)
      throws Exception {
    boolean settled = random.nextInt(2) == 0;
    Fault fault = Fault.draw(random, pace);
    tell("\n%s, %s", settled ? "there" : "to b", fault);
    Node.Running move = road.a().ckptInBackground("migrate", task.name(), "b");
    if (settled) road.a().await(move).done();
    signal(task, fault, interrupts);
    fault.strike(road, road.b(), RandomKillsIT::killAll);
    if (!settled) tell(": %s", outcome(road.a().await(move)));
    String state = becomes(road, task, "(running|lost)");
    tell(", %s on %s", state, road.where(task));
    if (state.equals("lost")) road.a().ckpt("restore", task.name()).done();
    else if (road.where(task).equals("b")) road.a().ckpt("migrate", task.name(), "home").done();
    return state.equals("lost");
  }

  /**
   * Before it has its deputy there are milliseconds in which one is lost where control groups
   * cannot be used (docs/deputy.md), as here.
   */
  private static void signal(Subject task, Fault fault, Interrupts interrupts) {
    if (task.isDeputy()) interrupts.sendAfter(fault.interrupt());
  }

  private void tell(String what, Object... with) {
    story.append(what.formatted(with));
  }

  private static String outcome(Answer move) {
    return move.status() == 0 ? "done" : "\"" + move.json().at("/error/message").asText() + "\"";
  }

  private static String becomes(Road road, Subject task, String pattern) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> road.a().ckpt("ps", task.name()).done().json().at("/tasks/0/state").asText(),
            state -> state.matches(pattern));
  }

  private static void echoes(Road road, int port) throws IOException {
    try (Socket socket = road.connect(port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(new byte[100]);
      assertThat(socket.getInputStream().readNBytes(100)).hasSize(100);
    }
  }

  /** Besides its deputy. */
  private static void livesOnce(Subject task) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
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
