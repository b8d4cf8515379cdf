package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Churn;
import io.sojourn.victim.Memories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A large task's memory goes before it, while it runs on and changes it. */
@Timeout(300)
class PreCopyIT {
  /** In MB a second: all of the memory takes some time. */
  private static final int NARROW = 20;

  private static final Duration SOON = Duration.ofSeconds(30);

  private static Road road;
  private static Net net;
  private static Node a;
  private static Node b;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-pc");
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

  /** Half of its memory is outside of the heap. */
  private static Subject churning(Jdk jdk, String... options) throws IOException {
    return road.subject(jdk, Churn.class)
        .with("-Xmx600m", "-XX:MaxDirectMemorySize=600m")
        .with(options)
        .start("250");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whatChangesMeanwhileArrives(Jdk jdk) throws Exception {
    outAndHome(jdk, "-XX:+UseG1GC");
  }

  @Test
  void whatItsCollectorMovesMeanwhileArrives() throws Exception {
    outAndHome(Jdk.newest(), "-XX:+UseSerialGC");
  }

  @ParameterizedTest
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  @ValueSource(strings = {"ParallelGC", "ShenandoahGC", "TransparentHugePages"})
  void underOtherCollectors(String option) throws Exception {
    for (int round = 0; round < 5; round++) outAndHome(Jdk.newest(), "-XX:+Use" + option);
  }

  private static void outAndHome(Jdk jdk, String option) throws Exception {
    try (Subject task = churning(jdk, option)) {
      Answer moved = a.ckpt("migrate", task.name(), "b").done();
      assertThat(moved.phases()).as(option).containsSubsequence("copy", "pre-copy", "dump", "ship");
      isWhole(task, "b");
      noCopyIsLeft();
      a.ckpt("migrate", task.name(), "home").done();
      isWhole(task, "a");
      nothingIsLeft();
    }
  }

  private static void isWhole(Subject task, String on) {
    assertThat(road.where(task)).isEqualTo(on);
    assertThat(task.ask("check")).isEqualTo("whole");
  }

  @Test
  void memoryMayBeGivenBackMovedAndInheritedMeanwhile() throws Exception {
    try (Subject task =
        road.subject(Jdk.newest(), Memories.class)
            .with("-Xmx400m", "-Djdk.lang.Process.launchMechanism=FORK")
            .start("100")) {
      assertThat(task.ask("sum")).isEqualTo("right");
      Node.Running moving = slowly(task);
      assertThat(task.ask("collect")).isEqualTo("collected");
      assertThat(task.ask("child")).isEqualTo("child");
      isUnderWay(moving, task);
      net.widen(1);
      a.await(moving).done();
      assertThat(road.where(task)).isEqualTo("b");
      assertThat(task.ask("sum")).isEqualTo("right");
    }
    nothingIsLeft();
  }

  /** When this returns, the copy is on its way. */
  private static Node.Running slowly(Subject task) throws Exception {
    net.narrow(1, NARROW);
    Node.Running moving = a.ckptInBackground("migrate", task.name(), "b");
    await().atMost(SOON).until(PreCopyIT::comes);
    return moving;
  }

  private static boolean comes() throws IOException {
    for (Path draft : in(b.memory()))
      for (Path member : in(draft))
        if (member.getFileName().toString().startsWith("precopy")) return Files.size(member) > 0;
    return false;
  }

  private static void isUnderWay(Node.Running moving, Subject task) {
    assertThat(moving.process().isAlive()).isTrue();
    assertThat(road.where(task)).isEqualTo("a");
  }

  @Test
  void itRunsWhileTheLinkIsCut() throws Exception {
    try (Subject task = churning(Jdk.newest())) {
      Node.Running moving = slowly(task);
      net.cut(2);
      try {
        // Longer than a link may be silent before it counts as broken.
        Thread.sleep(25_000);
        assertThat(task.ask("check")).isEqualTo("whole");
        isUnderWay(moving, task);
      } finally {
        net.heal(2);
      }
      net.widen(1);
      a.await(moving).done();
      isWhole(task, "b");
    }
    nothingIsLeft();
  }

  @Test
  void withoutItsCopyItMovesAsAWhole() throws Exception {
    try (Subject task = churning(Jdk.newest())) {
      Node.Running moving = slowly(task);
      // As the kernel does where memory becomes short.
      Signals.send(CopyWatch.await(), Signals.KILL);
      net.widen(1);
      Answer moved = a.await(moving).done();
      assertThat(moved.json().path("warnings").toString()).contains("memory is short");
      isWhole(task, "b");
    }
    nothingIsLeft();
  }

  @Test
  void homesDaemonDiesMeanwhile() throws Exception {
    try (Subject task = churning(Jdk.newest())) {
      Node.Running moving = slowly(task);
      a.killDaemon();
      a.await(moving).failed("");
      assertThat(task.ask("check")).isEqualTo("whole");
      noCopyIsLeft();
      net.widen(1);
      a.startDaemon();
      road.awaitUp();
      isWhole(task, "a");
      a.ckpt("migrate", task.name(), "b").done();
      isWhole(task, "b");
    }
    nothingIsLeft();
  }

  @Test
  void theOtherNodesDaemonDiesMeanwhile() throws Exception {
    try (Subject task = churning(Jdk.newest())) {
      Node.Running moving = slowly(task);
      b.killDaemon();
      a.await(moving).failed("node b");
      isWhole(task, "a");
      noCopyIsLeft();
      net.widen(1);
      b.startDaemon();
      road.awaitUp();
      a.ckpt("migrate", task.name(), "b").done();
      isWhole(task, "b");
    }
    nothingIsLeft();
  }

  @Test
  void aTaskThatEndsMeanwhileIsOver() throws Exception {
    try (Subject task = churning(Jdk.newest())) {
      Node.Running moving = slowly(task);
      Signals.send(task.pid(), Signals.KILL);
      task.reads("status", "status 137");
      net.widen(1);
      a.await(moving).failed("has ended");
    }
    noCopyIsLeft();
    nothingIsLeft();
  }

  private static void noCopyIsLeft() {
    await().atMost(SOON).until(() -> CopyWatch.now().equals(OptionalInt.empty()));
  }

  private static void nothingIsLeft() {
    for (Node node : List.of(a, b))
      await().atMost(SOON).untilAsserted(() -> assertThat(in(node.memory())).isEmpty());
  }

  private static List<Path> in(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) return List.of();
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }
}
