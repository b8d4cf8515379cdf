package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Memories;
import io.sojourn.victim.Traveller;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The memory of a task that is not small comes while it is restored, out of its old place. */
@Timeout(240)
class AheadMoveIT {
  private static Road road;
  private static Net net;
  private static Node a;
  private static Node b;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-ah");
    net = road.net();
    a = road.a();
    b = road.b();
  }

  @AfterEach
  void fullSpeed() throws Exception {
    net.widen(1);
  }

  @AfterAll
  static void end() throws Exception {
    if (road != null) road.close();
  }

  /** With 64 MiB of noise in its heap, and as much outside. */
  private static Subject noise(Jdk jdk) {
    return road.subject(jdk, Memories.class).with("-Xmx400m").start("64");
  }

  private static void hasItsMemory(Subject task, String node) {
    assertThat(road.where(task)).isEqualTo(node);
    assertThat(task.ask("sum")).isEqualTo("right");
  }

  private static void isAtHome(Subject task) {
    hasItsMemory(task, "a");
    assertThat(Proc.command(task.pid())).isEqualTo("java");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void allOfItIsThereWhenTheTaskRuns(Jdk jdk) throws Exception {
    try (Subject task = noise(jdk)) {
      // The second time it has a deputy already.
      for (int round = 0; round < 2; round++) {
        assertThat(phases(a.ckpt("migrate", task.name(), "b").done()))
            .containsSubsequence("dump", "restore", "memory", "resume");
        assertThat(task.isDeputy()).isTrue();
        hasItsMemory(task, "b");
        a.ckpt("migrate", task.name(), "home").done();
        hasItsMemory(task, "a");
      }
    }
    nothingIsLeft();
  }

  @Test
  void itsConnectionsAndFilesGoOn() throws Exception {
    try (ServerSocket server = road.listen();
        Subject task = traveller(server)) {
      Peer peer = new Peer(server.accept());
      for (int round = 0; round < 2; round++) {
        peer.goesOn();
        assertThat(phases(a.ckpt("migrate", task.name(), "b").done())).contains("memory");
        peer.goesOn();
        a.ckpt("migrate", task.name(), "home").done();
      }
      peer.goesOn();
      assertThat(task.ask("failure")).isEqualTo("none");
      peer.settle(task);
    }
  }

  private static Subject traveller(ServerSocket peer) {
    return road.subject(Jdk.newest(), Traveller.class)
        .with("-Xmx256m")
        .start(net.address(3), "" + peer.getLocalPort(), "96");
  }

  private interface Fault {
    void comes() throws Exception;
  }

  /** On the narrow link it takes half a minute; the fault comes when some of it is there. */
  private static void inTheMiddle(Subject task, Fault fault, String said, String... options)
      throws Exception {
    net.narrow(1, 4);
    List<String> command = new ArrayList<>(List.of("migrate", task.name(), "b"));
    command.addAll(List.of(options));
    Node.Running moving = a.ckptInBackground(command.toArray(String[]::new));
    await().atMost(Duration.ofSeconds(60)).until(() -> isOnItsWay(task));
    Thread.sleep(2_000);
    assertThat(isOnItsWay(task)).isTrue();
    fault.comes();
    a.await(moving).failed(said);
    net.widen(1);
  }

  /** Some of it was asked for, and not all has come. */
  private static boolean isOnItsWay(Subject task) {
    String note = a.ckpt("ps", task.name()).done().json().at("/tasks/0/note").asText();
    return note.matches(".*: [1-9][0-9.]* MiB to come.*");
  }

  private static void theNextTrySucceeds(Subject task) {
    assertThat(phases(a.ckpt("migrate", task.name(), "b").done())).contains("memory");
    hasItsMemory(task, "b");
    nothingIsLeft();
  }

  private static void nothingIsLeft() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(in(a.memory())).isEmpty());
  }

  private static void nothingIsThere() {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(in(b.memory())).isEmpty());
  }

  private static List<Path> in(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) return List.of();
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  @Test
  void theLinkIsCut() throws Exception {
    try (Subject task = noise(Jdk.newest())) {
      inTheMiddle(task, () -> net.cut(2), "node b");
      isAtHome(task);
      net.heal(2);
      road.awaitUp();
      nothingIsThere();
      theNextTrySucceeds(task);
    }
  }

  @Test
  void itsWorldHostIsKilled() throws Exception {
    try (Subject task = noise(Jdk.newest())) {
      inTheMiddle(task, b::killWorldHosts, "");
      isAtHome(task);
      nothingIsThere();
      theNextTrySucceeds(task);
    }
  }

  @Test
  void theDaemonThereIsKilled() throws Exception {
    try (Subject task = noise(Jdk.newest())) {
      inTheMiddle(task, b::killDaemon, "node b");
      isAtHome(task);
      b.startDaemon();
      road.awaitUp();
      nothingIsThere();
      theNextTrySucceeds(task);
    }
  }

  @Test
  void itTakesTooLong() throws Exception {
    try (Subject task = noise(Jdk.newest())) {
      inTheMiddle(task, () -> {}, "longer than 15 s", "--limit=15s");
      isAtHome(task);
      nothingIsThere();
      theNextTrySucceeds(task);
    }
  }

  /** It lives there, or is about to: its old place becomes its deputy, whoever does that. */
  @Test
  void homesDaemonIsKilledAsItBeginsThere() throws Exception {
    try (ServerSocket server = road.listen();
        Subject task = traveller(server)) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      Path note = a.run().resolve("moves").resolve(road.id(task) + ".json");
      Node.Running moving = a.ckptInBackground("migrate", task.name(), "b");
      while (!begins(note)) assertThat(moving.process().isAlive()).isTrue();
      a.killDaemon();
      assertThat(moving.process().waitFor()).isNotZero();
      a.startDaemon();
      road.awaitUp();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(road.where(task)).isEqualTo("b"));
      peer.goesOn();
      assertThat(task.isDeputy()).isTrue();
      assertThat(task.ask("failure")).isEqualTo("none");
      a.ckpt("migrate", task.name(), "home").done();
      peer.goesOn();
      assertThat(task.ask("failure")).isEqualTo("none");
      peer.settle(task);
    }
    nothingIsLeft();
  }

  private static boolean begins(Path note) throws IOException {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(note)).path("begins").asBoolean();
    } catch (NoSuchFileException notYet) {
      return false;
    }
  }

  private static List<String> phases(Answer moved) {
    List<String> names = new ArrayList<>();
    moved.json().path("phases").forEach(phase -> names.add(phase.path("name").asText()));
    return names;
  }
}
