package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Home's daemon is killed when it has heard a signal for a task: the task gets it once. */
@Timeout(180)
class SignalsOverDeathIT {
  private static Road road;
  private static Node a;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-sd");
    a = road.a();
  }

  @AfterAll
  static void end() throws Exception {
    if (road != null) road.close();
  }

  /** Which its daemon has heard by then. */
  private static void interrupt(Subject task) {
    Signals.send(task.pid(), Signals.INT);
    await().until(() -> !pending(task.pid()));
  }

  private static boolean pending(int pid) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .anyMatch(line -> line.matches("(SigPnd|ShdPnd):.*[1-9a-f].*"));
  }

  private static void interrupted(Subject task, int times) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(task.ask("interrupted")).isEqualTo("" + times));
  }

  @Test
  void aSignalThatCouldNotBePassedOnIsPassedOnByTheNext() throws Exception {
    try (Subject task = road.subject(Jdk.newest(), Console.class).start()) {
      a.ckpt("migrate", task.name(), "b").done();
      interrupt(task);
      interrupted(task, 1);
      road.net().cut(2);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> a.ckpt("ps", task.name()).done().json().at("/tasks/0/state").asText(),
              "unreachable"::equals);
      interrupt(task);
      a.killDaemon();
      road.net().heal(2);
      a.startDaemon();
      road.awaitUp();
      interrupted(task, 2);
      interrupt(task);
      interrupted(task, 3);
      a.ckpt("migrate", task.name(), "home").done();
      interrupt(task);
      interrupted(task, 4);
    }
  }

  /** Where the guest node was quick it has had it; where not, it is told by the next daemon. */
  @Test
  void aSignalThatHasPerhapsBeenPassedOnComesOnce() throws Exception {
    try (Subject task = road.subject(Jdk.newest(), Console.class).start()) {
      int times = 0;
      for (String node : new String[] {"b", "home"}) {
        a.ckpt("migrate", task.name(), node).done();
        for (int death = 0; death < 3; death++) {
          interrupt(task);
          a.killDaemon();
          a.startDaemon();
          road.awaitUp();
          interrupted(task, ++times);
          // What would come a second time would come before this.
          interrupt(task);
          interrupted(task, ++times);
        }
      }
    }
  }
}
