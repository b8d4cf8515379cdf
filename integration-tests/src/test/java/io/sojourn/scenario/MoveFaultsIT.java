package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Moves that fail at any of their steps, by real faults: the task runs on where it was, its peer
 * and its files see nothing of it, and the next try succeeds.
 */
@Timeout(240)
class MoveFaultsIT {
  private static final Duration STANDING = Duration.ofSeconds(14);

  /** Of a silence that has lasted 14 s the kernel would make one of 25. */
  private static final Duration AT_ONCE = Duration.ofSeconds(8);

  private static Road road;
  private static Node a;
  private static Node b;

  private ServerSocket server;
  private Subject task;
  private Peer peer;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-mf");
    a = road.a();
    b = road.b();
  }

  @AfterAll
  static void end() throws Exception {
    if (road != null) road.close();
  }

  @BeforeEach
  void start() throws Exception {
    server = road.listen();
    task = road.start(Jdk.newest(), server);
    peer = new Peer(server.accept());
    peer.goesOn();
  }

  @AfterEach
  void close() throws Exception {
    task.close();
    server.close();
  }

  /** Wherever it is: everything goes on, and all bytes and lines are there. */
  private void ends() throws Exception {
    peer.goesOn();
    assertThat(task.ask("failure")).isEqualTo("none");
    peer.settle(task);
    nothingIsLeft();
  }

  private static void nothingIsLeft() {
    for (Node node : List.of(a, b))
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(in(node.memory())).isEmpty());
  }

  private static List<Path> in(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) return List.of();
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  private void isOn(String node) {
    assertThat(road.where(task)).isEqualTo(node);
    peer.goesOn();
  }

  @Test
  void criuIsKilledOnTheWayOut() throws Exception {
    try (HeldCriu criu = HeldCriu.stoppingDumps(a)) {
      Node.Running move = a.ckptInBackground("migrate", task.name(), "b");
      criu.kill();
      a.await(move).failed("CRIU");
    }
    isOn("a");
    assertThat(Proc.command(task.pid())).isEqualTo("java");
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    ends();
  }

  @Test
  void criuIsKilledOnTheWayHome() throws Exception {
    try (HeldCriu criu = HeldCriu.stoppingDumps(b)) {
      a.ckpt("migrate", task.name(), "b").done();
      isOn("b");
      Node.Running move = a.ckptInBackground("migrate", task.name(), "home");
      criu.kill();
      a.await(move).failed("the task runs on there, on node b");
      isOn("b");
      assertThat(task.ask("line")).isEqualTo("1");
      criu.noMore();
      a.ckpt("migrate", task.name(), "home").done();
    }
    isOn("a");
    assertThat(task.ask("line")).isEqualTo("2");
    ends();
  }

  @Test
  void itCannotBeRestoredAtHome() throws Exception {
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    try (HeldCriu criu = HeldCriu.failingRestores(a)) {
      for (int round = 0; round < 2; round++) {
        a.ckpt("migrate", task.name(), "home").failed("CRIU", "the task runs on there, on node b");
        isOn("b");
        assertThat(task.ask("failure")).isEqualTo("none");
      }
    }
    a.ckpt("migrate", task.name(), "home").done();
    isOn("a");
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    ends();
  }

  @Test
  void criuStandsStillThere() throws Exception {
    try (HeldCriu criu = HeldCriu.waitingRestores(b)) {
      a.ckpt("migrate", task.name(), "b", "--limit=2s").failed("2 s", "--limit");
      isOn("a");
      assertThat(Proc.command(task.pid())).isEqualTo("java");
      await().untilAsserted(() -> assertThat(Files.list(b.memory())).isEmpty());
      criu.noMore();
      a.ckpt("migrate", task.name(), "b").done();
    }
    isOn("b");
    ends();
  }

  @Test
  void criuStandsStillAtHome() throws Exception {
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    try (HeldCriu criu = HeldCriu.waitingRestores(a)) {
      a.ckpt("migrate", task.name(), "home", "--limit=2s")
          .failed("2 s", "--limit", "the task runs on there, on node b");
    }
    isOn("b");
    assertThat(task.ask("failure")).isEqualTo("none");
    a.ckpt("migrate", task.name(), "home").done();
    isOn("a");
    ends();
  }

  @Test
  void homesMemoryIsFull() throws Exception {
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    inside(a, "mount -t tmpfs -o size=8m none " + a.memory());
    a.ckpt("migrate", task.name(), "home").failed("the task runs on there, on node b");
    unmountMemory(a);
    isOn("b");
    a.ckpt("migrate", task.name(), "home").done();
    isOn("a");
    ends();
  }

  @Test
  void theOtherNodesMemoryIsFull() throws Exception {
    inside(b, "mkdir -p %1$s && mount -t tmpfs -o size=8m none %1$s".formatted(b.memory()));
    Answer full = a.ckpt("migrate", task.name(), "b");
    // There may be no room at the first word already.
    if (full.status() == 4) full.refused("");
    else full.failed("");
    unmountMemory(b);
    isOn("a");
    assertThat(Proc.command(task.pid())).isEqualTo("java");
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    ends();
  }

  @Test
  void theLinkIsCutOnTheWayHome() throws Exception {
    try (HeldCriu criu = HeldCriu.stoppingDumps(b)) {
      a.ckpt("migrate", task.name(), "b").done();
      isOn("b");
      Node.Running move = a.ckptInBackground("migrate", task.name(), "home");
      List<Integer> dump = criu.stopped();
      criu.noMore();
      road.net().cut(2);
      criu.goOn(dump);
      a.await(move).failed("the task runs on there, on node b");
      road.net().heal(2);
      isOn("b");
      road.awaitUp();
      a.ckpt("migrate", task.name(), "home").done();
    }
    isOn("a");
    ends();
  }

  /** TCP would wait for as long again as it was silent. */
  @Test
  void whatStoodStillForLongGoesOnAtOnce() throws Exception {
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    int there = task.process();
    Node.Running move;
    try (HeldCriu criu = HeldCriu.waitingRestores(a)) {
      move = a.ckptInBackground("migrate", task.name(), "home");
      int waiting = criu.restored(), restoring = Proc.parent(waiting);
      assertThat(Proc.state(there)).isEqualTo('T');
      a.killDaemon();
      Signals.send(waiting, Signals.KILL);
      await().until(() -> !Proc.exists(restoring));
    }
    Thread.sleep(STANDING.toMillis());
    assertThat(Proc.state(there)).isEqualTo('T');
    a.startDaemon();
    await().atMost(Duration.ofSeconds(60)).until(() -> Proc.state(there) != 'T');
    peer.goesOn(AT_ONCE);
    a.await(move);
    road.awaitUp();
    isOn("b");
    ends();
  }

  /** Home's daemon dies when the image is there, and nothing has begun on the other node. */
  @Test
  void homesDaemonDiesOnTheWayOut() throws Exception {
    try (HeldCriu criu = HeldCriu.waitingRestores(b)) {
      Node.Running move = a.ckptInBackground("migrate", task.name(), "b");
      int there = criu.restored();
      assertThat(in(a.memory())).isNotEmpty();
      a.killDaemon();
      a.await(move).failed("");
      a.startDaemon();
      // What stands still there has the task's id, and the nodes see each other's processes.
      isOn("a");
      assertThat(in(a.memory()))
          .noneMatch(left -> left.getFileName().toString().startsWith(".moving"));
      criu.noMore();
      Signals.send(there, Signals.KILL);
      await().untilAsserted(() -> assertThat(in(b.memory())).isEmpty());
    }
    road.awaitUp();
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    ends();
  }

  @Test
  void aTaskThatCameHomeIsFoundByTheNextDaemon() throws Exception {
    a.ckpt("migrate", task.name(), "b").done();
    a.ckpt("migrate", task.name(), "home").done();
    isOn("a");
    a.killDaemon();
    a.startDaemon();
    isOn("a");
    road.awaitUp();
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    ends();
  }

  /** Everything goes on, and is there once: files, connections, and then the exit status. */
  @Test
  void aTaskThatIsAwayIsFoundByTheNextDaemon() throws Exception {
    a.ckpt("migrate", task.name(), "b").done();
    isOn("b");
    for (int round = 0; round < 3; round++) {
      a.killDaemon();
      a.startDaemon();
      road.awaitUp();
      isOn("b");
    }
    long lines = lines();
    await().atMost(Duration.ofSeconds(60)).until(() -> lines() > lines + 100);
    assertThat(task.ask("line")).isEqualTo("1");
    a.ckpt("migrate", task.name(), "home").done();
    isOn("a");
    assertThat(task.ask("line")).isEqualTo("2");
    ends();
  }

  private long lines() throws IOException {
    try (Stream<String> all = Files.lines(task.home().resolve("lines"))) {
      return all.count();
    }
  }

  /** When nothing of what has failed is left in there. */
  private static void unmountMemory(Node node) throws Exception {
    Path seen = Path.of("/proc/" + node.daemonPid() + "/root" + node.memory());
    await().untilAsserted(() -> assertThat(in(seen)).isEmpty());
    inside(node, "umount " + node.memory());
  }

  /** In the daemon's own mount namespace. */
  private static void inside(Node node, String command) throws Exception {
    Process process =
        new ProcessBuilder("nsenter", "-t", "" + node.daemonPid(), "--mount", "sh", "-c", command)
            .inheritIO()
            .start();
    assertThat(process.waitFor()).as(command).isZero();
  }
}
