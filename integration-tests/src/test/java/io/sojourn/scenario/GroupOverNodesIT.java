package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import io.sojourn.victim.Guarded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tasks at home on several nodes, dumped at one instant and restored together. */
class GroupOverNodesIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static @Nullable SeveralNodes nodes;

  @BeforeAll
  static void begin() throws Exception {
    nodes = new SeveralNodes("sojourn-gn", 2);
  }

  @AfterAll
  static void end() throws Exception {
    if (nodes != null) nodes.close();
  }

  private static SeveralNodes nodes() {
    return Objects.requireNonNull(nodes);
  }

  private static Node a() {
    return nodes().node(1);
  }

  private static Node b() {
    return nodes().node(2);
  }

  /** Two of four are on each node. */
  private static ProgramGroup start(Parallel program, String name) throws Exception {
    return ProgramGroup.start(
        program,
        List.of(nodes().seat(1), nodes().seat(1), nodes().seat(2), nodes().seat(2)),
        name,
        "");
  }

  /** One connection goes from the one node to the other. Whichever of the nodes is told. */
  @Test
  void aKilledGroupGoesOnFromItsImage() throws Exception {
    aKilledGroupGoesOn(new ParallelHeat(), "heat");
  }

  /** Two do, from the master to its slaves there. */
  @Test
  void aKilledMasterAndItsSlavesGoOnFromTheirImage() throws Exception {
    aKilledGroupGoesOn(new ParallelOpt(600), "opt");
  }

  private static void aKilledGroupGoesOn(Parallel program, String name) throws Exception {
    try (ProgramGroup group = start(program, name)) {
      group.goesOn();
      Answer first = a().ckpt("checkpoint", "--group", name).done();
      assertThat(first.json().path("groupImage").asText()).isEqualTo(name + "@1");
      assertThat(first.json().path("tasks")).hasSize(4);
      assertThat(first.json().at("/tasks/3/node").asText()).isEqualTo("b");
      group.goesOn();
      b().ckpt("restore", "--group", name).refused(name + "0", "--end-living");
      b().ckpt("checkpoint", "--group", name).done();
      assertThat(group.images()).containsExactly(1, 2);
      group.kill(group.pids());
      group.restored(b().ckpt("restore", "--group", name).done(), name + "@2");
      group.goesOn();
      group.kill(List.of(group.pid(3)));
      Answer again = a().ckpt("restore", "--group", name + "@1", "--end-living").done();
      group.restored(again, name + "@1");
      group.goesOn();
      group.finish();
    }
  }

  /** And nothing is left of what was begun; all of it happens to one group, which has to go on. */
  @Test
  void whateverFailsLetsAllRunOn() throws Exception {
    try (ProgramGroup heat = start(new ParallelHeat(), "held")) {
      heat.goesOn();
      aMemberCannotBeStopped();
      heat.goesOn();
      aNodeIsCutOff(heat);
      a().ckpt("checkpoint", "--group", "held").done();
      theConductorDies(heat);
      heat.finish();
    }
  }

  private static void aMemberCannotBeStopped() throws Exception {
    try (Subject guarded =
        b().subject(Jdk.newest(), Guarded.class)
            .by(nodes().place(2).toArray(String[]::new))
            .agent("group=held")
            .start()) {
      guarded.ask("enter");
      a().ckpt("checkpoint", "--group", "held", "--guard-limit=300ms")
          .failed("no image of group held was made", "node b", guarded.name(), "guarded region");
      images(0);
    }
  }

  /** In the middle of the dumps: the other node's tasks are whole by then, and wait. */
  private static void aNodeIsCutOff(ProgramGroup heat) throws Exception {
    try (HeldCriu held = HeldCriu.stoppingInDumps(b())) {
      // Longer than it takes to see the link cut: else it would fail for that.
      Node.Running round =
          a().ckptInBackground("checkpoint", "--group", "held", "--pause-limit=60s");
      List<Integer> dumps = held.stopped();
      nodes().net().cut(2);
      a().await(round).failed("no image of group held was made", "node b");
      held.noMore();
      held.goOn(dumps);
      nodes().net().heal(2);
      heat.goesOn();
      nodes().awaitUp();
      await().atMost(PATIENCE).untilAsserted(() -> images(0));
    }
  }

  /**
   * Its tasks are let go by the death of its daemon, the other node's by their call's. While it
   * does not answer its tasks are missed: an image without them would be of no use, and an older
   * one a surprise.
   */
  private static void theConductorDies(ProgramGroup heat) throws Exception {
    try (HeldCriu held = HeldCriu.stoppingInDumps(b())) {
      Node.Running round = a().ckptInBackground("checkpoint", "--group", "held");
      List<Integer> dumps = held.stopped();
      a().killDaemon();
      assertThat(a().await(round).status()).isEqualTo(1);
      held.noMore();
      held.goOn(dumps);
      await().atMost(PATIENCE).until(() -> run(b(), "held2", "held3"));
      b().ckpt("checkpoint", "--group", "held").refused("held0 on node a", "held1", "held@1");
      b().ckpt("restore", "--group", "held", "--end-living").refused("node a", "held@1");
      a().startDaemon();
      nodes().awaitUp();
      heat.goesOn();
      assertThat(heat.images()).containsExactly(1);
      await().atMost(PATIENCE).untilAsserted(() -> images(2));
    }
  }

  /** Nobody is at work on them. */
  private static boolean run(Node node, String... tasks) {
    return Stream.of(tasks)
        .allMatch(
            task -> {
              JsonNode shown = node.ckpt("ps", task).done().json().at("/tasks/0");
              return shown.path("state").asText().equals("running");
            });
  }

  /** So many are on each node, and nothing is shut. */
  private static void images(int count) throws Exception {
    for (Node node : List.of(a(), b())) assertThat(SeveralNodes.images(node)).hasSize(count);
    nodes().nothingIsShut();
  }

  /** Another user's number may be somebody else's there. */
  @Test
  void onlyRootWorksOnSeveralNodes() throws Exception {
    try (Subject here = theirs(1);
        Subject there = theirs(2)) {
      List<String> user = List.of("setpriv", "--reuid=1234", "--regid=1234", "--clear-groups");
      a().ckptAs(user, "checkpoint", "--group", "theirs").refused("a, b", "only root");
      a().ckpt("checkpoint", "--group", "theirs").done();
      a().ckptAs(user, "restore", "--group", "theirs", "--end-living").refused("only root");
      assertThat(here.ask("pid") + there.ask("pid")).isEqualTo("" + here.pid() + there.pid());
    }
  }

  private static Subject theirs(int node) {
    List<String> words = new ArrayList<>(nodes().place(node));
    words.addAll(List.of("setpriv", "--reuid=1234", "--regid=1234", "--clear-groups"));
    return nodes()
        .node(node)
        .subject(Jdk.newest(), Clock.class)
        .by(words.toArray(String[]::new))
        .agent("group=theirs")
        .start();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    nodes().nothingIsLeft();
  }
}
