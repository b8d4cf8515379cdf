package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Console;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A task without a deputy is sent a signal when CRIU has read which ones wait for it: none is in
 * the image, and the task hears it once. On the road's nodes nothing is seen of control groups, so
 * that the task is stopped by a signal.
 */
@Timeout(180)
class SignalsInDumpIT {
  @RegisterExtension static final Node alone = new Node();

  private static final String GROUPS = "/sys/fs/cgroup";

  private static Road road;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-si");
  }

  @AfterAll
  static void end() throws Exception {
    if (road != null) road.close();
  }

  private static Answer interruptIn(Node node, Subject task, String... command) throws Exception {
    return interruptIn(node, task, dump -> {}, command);
  }

  /**
   * @param then looks at the dump as it goes on
   */
  private static Answer interruptIn(
      Node node, Subject task, Consumer<Node.Running> then, String... command) throws Exception {
    try (HeldCriu held = HeldCriu.stoppingBehindSignals(node)) {
      Node.Running dump = node.ckptInBackground(command);
      List<Integer> criu = held.stopped();
      Signals.send(task.pid(), Signals.INT);
      assertThat(Proc.pendingSignals(task.pid())).contains(Signals.INT);
      held.goOn(criu);
      then.accept(dump);
      return node.await(dump);
    }
  }

  private static void hasHeardItOnce(Subject task) {
    interrupted(task, 1);
    // What would come a second time would come before this.
    Signals.send(task.pid(), Signals.INT);
    interrupted(task, 2);
  }

  private static void interrupted(Subject task, int times) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(task.ask("interrupted")).isEqualTo("" + times));
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void aMoveLosesNone(Jdk jdk) throws Exception {
    try (Subject task = road.subject(jdk, Console.class).start()) {
      interruptIn(road.a(), task, "migrate", task.name(), "b").done();
      hasHeardItOnce(task);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void aLazyMoveLosesNone(Jdk jdk) throws Exception {
    try (Subject task = road.subject(jdk, Console.class).start()) {
      interruptIn(road.a(), task, "migrate", task.name(), "b", "--lazy").done();
      hasHeardItOnce(task);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void aFreezeLosesNone(Jdk jdk) throws Exception {
    try (Subject task = road.subject(jdk, Console.class).start()) {
      task.keepHome().froze(interruptIn(road.a(), task, "freeze", task.name()).done());
      task.restore().done();
      hasHeardItOnce(task);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void norDoesOneWithAControlGroup(Jdk jdk) throws Exception {
    try (Subject task = alone.subject(jdk, Console.class).start()) {
      assumeControlGroups(task);
      task.keepHome().froze(interruptIn(alone, task, "freeze", task.name()).done());
      task.restore().done();
      hasHeardItOnce(task);
    }
  }

  private static void isFrozenIn(Node.Running move, Subject task) {
    while (!CgroupFreeze.isIn(task.pid()))
      assertThat(move.process().isAlive()).as("the move runs").isTrue();
  }

  private static void assumeControlGroups(Subject task) {
    assumeTrue(
        CgroupFreeze.of(task.pid()).map(SignalsInDumpIT::closed).orElse(false),
        "control groups of the second version");
  }

  private static boolean closed(CgroupFreeze group) {
    group.close();
    return true;
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void norDoesAMoveWithAControlGroup(Jdk jdk) throws Exception {
    try (Subject task = road.subject(jdk, Console.class).start()) {
      assumeControlGroups(task);
      inMountsOfHome("mount", "-t", "cgroup2", "none", GROUPS);
      try {
        interruptIn(road.a(), task, move -> isFrozenIn(move, task), "migrate", task.name(), "b")
            .done();
      } finally {
        inMountsOfHome("umount", "--lazy", GROUPS);
      }
      hasHeardItOnce(task);
    }
  }

  /** In the mount namespace of home's daemon. */
  private static void inMountsOfHome(String... command) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("nsenter", "--target", "" + road.a().daemonPid(), "--mount"));
    words.addAll(List.of(command));
    assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
  }
}
