package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Heap;
import io.sojourn.victim.Memories;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A task runs on the other node first, and its memory comes after it. */
@Timeout(240)
class LazyMoveIT {
  private static Road road;
  private static Net net;
  private static Node a;
  private static Node b;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-lz");
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

  private static Subject start(Jdk jdk, Class<?> victim, String... arguments) throws IOException {
    String enter =
        """
        exec nsenter --target "$0" --net --mount sh -c '
          cd "$0"; exec < /dev/null >> out 2>&1
          "$@"; echo status $? > status' "$PWD" "$@"
        """;
    return a.subject(jdk, victim)
        // A child that has all of its memory until it runs something else.
        .with("-Xmx500m", "-Djdk.lang.Process.launchMechanism=FORK")
        .by("sh", "-c", enter, "" + a.daemonPid())
        .start(arguments);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void allOfItsMemoryIsThereInTheEnd(Jdk jdk) throws Exception {
    // Its threads read what they wrote and make garbage all the time: the collector runs meanwhile.
    try (Subject task = start(jdk, Heap.class)) {
      for (int round = 0; round < 2; round++) {
        long before = Long.parseLong(task.ask("verify"));
        Answer moved = a.ckpt("migrate", "--lazy", task.name(), "b").done();
        assertThat(moved.phases()).contains("memory");
        assertThat(Long.parseLong(task.ask("verify"))).isGreaterThan(before);
        a.ckpt("migrate", task.name(), "home").done();
        assertThat(Long.parseLong(task.ask("verify"))).isGreaterThan(before);
      }
    }
  }

  @Test
  void memoryMayBeGivenBackMovedAndInheritedMeanwhile() throws Exception {
    // On the narrow link it takes a minute.
    try (Subject task = start(Jdk.newest(), Memories.class, "120")) {
      assertThat(task.ask("sum")).isEqualTo("right");
      net.narrow(1, 4);
      Node.Running moving = a.ckptInBackground("migrate", "--lazy", task.name(), "b");
      runsThere(task);
      assertThat(moving.process().isAlive()).isTrue();
      a.ckpt("migrate", task.name(), "home").refused("busy");
      task.ask("collect");
      assertThat(task.ask("child")).isEqualTo("child");
      net.widen(1);
      a.await(moving).done();
      assertThat(task.ask("sum")).isEqualTo("right");
    }
  }

  @Test
  void itWaitsForItsMemoryWhileTheLinkIsCut() throws Exception {
    try (Subject task = start(Jdk.newest(), Memories.class, "64")) {
      net.narrow(1, 4);
      Node.Running moving = a.ckptInBackground("migrate", "--lazy", task.name(), "b");
      runsThere(task);
      net.cut(2);
      task.tell("sum");
      // Longer than a link may be silent before it counts as broken.
      Thread.sleep(25_000);
      assertThat(moving.process().isAlive()).isTrue();
      net.heal(2);
      net.widen(1);
      a.await(moving).done();
      assertThat(task.ask("sum")).isEqualTo("right");
    }
  }

  @Test
  void whoeverEndsItsMemoryEndsIt() throws Exception {
    // On the narrow link it takes a minute: it must not be there before its end is.
    try (Subject task = start(Jdk.newest(), Memories.class, "120")) {
      int held = task.pid();
      net.narrow(1, 4);
      Node.Running moving = a.ckptInBackground("migrate", "--lazy", task.name(), "b");
      runsThere(task);
      new ProcessBuilder("kill", "-9", "" + held).start().waitFor();
      net.widen(1);
      a.await(moving).failed("is lost", "process " + held, "has ended");
      task.reads("status", "status 137");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(b.worldsLog()).contains("is lost and ends"));
    }
  }

  /** Home says so as soon as the other node does. */
  private static void runsThere(Subject task) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> task.ask("pid").equals("" + task.pid()) && road.where(task).equals("b"));
  }
}
