package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Engine;
import io.sojourn.harness.NodeContainer;
import io.sojourn.victim.Companion;
import io.sojourn.victim.Traveller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.Network;
import org.testcontainers.lifecycle.Startables;

/** Three nodes, each a container with a file system and an address of its own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContainersIT {
  private static final int PORT = 5000;

  @TempDir private static Path tokens;
  private static Network network;
  private static NodeContainer a;
  private static NodeContainer b;
  private static NodeContainer c;

  @BeforeAll
  static void nodes() throws Exception {
    Engine.provide();
    network = Network.newNetwork();
    a = new NodeContainer("a", network, tokens).inviting("b c").withVictims();
    b = new NodeContainer("b", network, tokens).joining();
    c = new NodeContainer("c", network, tokens).joining().withVictims();
    Startables.deepStart(a, b, c).join();
  }

  @AfterAll
  static void end() {
    for (NodeContainer node : new NodeContainer[] {a, b, c}) if (node != null) node.stop();
    if (network != null) network.close();
  }

  private static Stream<NodeContainer> all() {
    return Stream.of(a, b, c);
  }

  /** A command line starts a JVM there: it is not asked without pause. */
  private static void awaitCluster(NodeContainer of, String... nodes) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(of.cluster()).containsExactlyInAnyOrder(nodes));
  }

  @Test
  @Order(1)
  void areOneClusterAndReady() {
    all().forEach(node -> awaitCluster(node, "a up", "b up", "c up"));
    all()
        .forEach(
            node ->
                assertThat(node.ckpt("doctor").done().json().path("ready").asBoolean()).isTrue());
  }

  @Test
  @Order(2)
  void aTaskGoesRoundTheRing() {
    List<String> processes = b.processes();
    long mounts = b.mounts();
    c.start(Companion.class, List.of(), "" + PORT);
    a.start(
        Traveller.class,
        List.of("-javaagent:/opt/sojourn/runtime/migrate.jar=name=traveller"),
        "c",
        "" + PORT);
    goesOn(1);
    a.ckpt("freeze", "traveller").done();
    a.ckpt("restore", "traveller").done();
    goesOn(2);
    int line = 3;
    for (String there : List.of("b", "c", "home")) {
      a.ckpt("migrate", "traveller", there).done();
      assertThat(a.ckpt("ps", "traveller").done().json().at("/tasks/0/node").asText())
          .isEqualTo(there.equals("home") ? "a" : there);
      goesOn(line++);
    }
    // What it works on was never there.
    b.shell("[ ! -e /srv/Traveller ] && [ ! -e /victims ]");
    // The process that guests live in waits for the next one.
    await()
        .untilAsserted(
            () -> {
              List<String> now = b.processes();
              assertThat(now)
                  .filteredOn(process -> !process.contains("io.sojourn.node.host.WorldHost"))
                  .isEqualTo(processes);
              assertThat(now).hasSize(processes.size() + 1);
            });
    assertThat(b.mounts()).isEqualTo(mounts);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(b.shell("ls -A /run/sojourn/images")).isEmpty());
    c.ask(Companion.class, "say no more");
    String[] its = a.ask(Traveller.class, "finish").split(" ");
    String[] theirs = c.ask(Companion.class, "finish").split(" ");
    assertThat(its[0]).isEqualTo(theirs[1]);
    assertThat(its[1]).isEqualTo(theirs[0]);
    assertThat(a.read(Traveller.class, "lines").lines().toList())
        .isEqualTo(
            IntStream.rangeClosed(1, Integer.parseInt(its[2])).mapToObj(n -> "" + n).toList());
  }

  /** Bytes go both ways, and the file that it reads goes on with that line. */
  private static void goesOn(int line) {
    assertThat(a.ask(Traveller.class, "line")).isEqualTo("" + line);
    String[] before = c.ask(Companion.class, "counts").split(" ");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              String[] now = c.ask(Companion.class, "counts").split(" ");
              for (int way = 0; way < 2; way++)
                assertThat(Long.parseLong(now[way]))
                    .isGreaterThan(Long.parseLong(before[way]) + 20_000);
            });
    assertThat(a.ask(Traveller.class, "failure")).isEqualTo("none");
    assertThat(c.ask(Companion.class, "failure")).isEqualTo("none");
  }

  @Test
  @Order(3)
  void aContainerIsStoppedInGoodOrderAndStartedAgain() {
    var docker = b.getDockerClient();
    docker.stopContainerCmd(b.getContainerId()).withTimeout(60).exec();
    var state = docker.inspectContainerCmd(b.getContainerId()).exec().getState();
    assertThat(state.getExitCodeLong()).isZero();
    awaitCluster(a, "a up", "b unreachable", "c up");
    docker.startContainerCmd(b.getContainerId()).exec();
    awaitCluster(a, "a up", "b up", "c up");
    awaitCluster(b, "a up", "b up", "c up");
  }

  @Test
  @Order(4)
  void aNodeIsPutOut() {
    b.ckpt("node", "remove", "c").done();
    awaitCluster(a, "a up", "b up");
    a.ckpt("migrate", "traveller", "c").notFound("no node 'c'");
  }
}
