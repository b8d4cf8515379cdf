package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Traveller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three nodes: round in a ring, from frozen to elsewhere, off a node that is drained. */
@Timeout(300)
class DrainIT {
  private static Net net;
  private static Node a;
  private static Node b;
  private static Node c;
  private static NetworkNamespace peers;

  @BeforeAll
  static void machines() throws Exception {
    net = new Net("sojourn-dr-" + ProcessHandle.current().pid(), 4);
    a = new Node(net.on(1), "--node-name", "a");
    a.begin();
    String token = a.ckpt("node", "init").done().json().path("token").asText();
    b = another(2, "b");
    b.ckpt("node", "join", net.address(1), "--token", token).done();
    token = a.ckpt("node", "token").done().json().path("token").asText();
    c = another(3, "c");
    c.ckpt("node", "join", net.address(1), "--token", token).done();
    for (Node node : new Node[] {a, b, c})
      await().atMost(Duration.ofSeconds(60)).until(() -> up(node) == 3);
    peers = NetworkNamespace.open(Path.of("/run/netns", net.on(4).get(3)));
  }

  /** Where nothing of the first node's directory exists. */
  private static Node another(int machine, String name) throws Exception {
    List<String> elsewhere = new ArrayList<>(net.on(machine));
    elsewhere.addAll(
        List.of("unshare", "--mount", "sh", "-c", "mount -t tmpfs none \"$0\" && exec \"$@\""));
    elsewhere.add(a.home().toString());
    Node node = new Node(elsewhere, "--node-name", name);
    node.begin();
    return node;
  }

  private static int up(Node node) {
    int count = 0;
    for (JsonNode one : node.ckpt("nodes").done().json().path("nodes"))
      if (one.path("state").asText().equals("up")) count++;
    return count;
  }

  @AfterAll
  static void end() throws Exception {
    try {
      for (Node node : new Node[] {c, b, a}) if (node != null) node.end();
    } finally {
      if (peers != null) peers.close();
      if (net != null) net.close();
    }
  }

  private static final String ENTER =
      """
      exec nsenter --target "$0" --net --mount sh -c '
        cd "$0"; seq 100 > source; exec < /dev/null >> out 2>&1
        "$@"; echo status $? > status' "$PWD" "$@"
      """;

  private static ServerSocket listening() throws Exception {
    return peers.call(() -> new ServerSocket(0, 9, InetAddress.getByName(net.address(4))));
  }

  private static Subject start(Jdk jdk, ServerSocket server) throws IOException {
    return a.subject(jdk, Traveller.class)
        .by("sh", "-c", ENTER, "" + a.daemonPid())
        .start(net.address(4), "" + server.getLocalPort())
        .keepHome();
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void roundAndRoundInARing(Jdk jdk) throws Exception {
    int rounds = Integer.getInteger("sojourn.rounds", 1);
    try (ServerSocket server = listening();
        Subject task = start(jdk, server)) {
      Peer peer = new Peer(server.accept());
      for (int round = 0; round < rounds; round++) {
        // Each time it is typed on another node.
        moves(a, task, "b", peer);
        moves(b, task, "c", peer);
        nothingIsLeft(b);
        moves(c, task, "home", peer);
        nothingIsLeft(c);
      }
      assertThat(task.ask("failure")).isEqualTo("none");
      peer.finish();
      String[] counts = task.ask("finish").split(" ");
      assertThat(peer.counts()).isEqualTo(counts[1] + " " + counts[0]);
      task.ask("7");
      task.reads("status", "status 7");
    }
  }

  private static void moves(Node typedOn, Subject task, String node, Peer peer) {
    typedOn.ckpt("migrate", task.name(), node).done();
    assertThat(where(task)).isEqualTo(node.equals("home") ? "a" : node);
    peer.goesOn();
  }

  @Test
  void aFrozenTaskLivesOnElsewhere() throws Exception {
    try (ServerSocket server = listening();
        Subject task = start(Jdk.newest(), server)) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      task.freeze().done();
      // Typed where the task is unknown.
      Answer there = c.ckpt("restore", task.name(), "--on", "b").done();
      task.froze(there);
      assertThat(where(task)).isEqualTo("b");
      assertThat(Proc.command(task.pid())).isEqualTo("ckpt-deputy");
      peer.goesOn();
      a.ckpt("migrate", task.name(), "b").refused("is on node b already");
      b.ckpt("migrate", task.name(), "home").done();
      peer.goesOn();
      task.freeze().done();
      task.restore().done();
      peer.goesOn();
      assertThat(task.ask("failure")).isEqualTo("none");
    }
  }

  @Test
  void aDrainedNodeIsEmptyAndTakesNothing() throws Exception {
    try (ServerSocket server = listening();
        Subject guest = start(Jdk.newest(), server)) {
      Peer peer = new Peer(server.accept());
      a.ckpt("migrate", guest.name(), "b").done();
      JsonNode drained = a.ckpt("node", "drain", "b").done().json();
      assertThat(drained.path("takesTasks").asBoolean()).isFalse();
      assertThat(drained.at("/tasks/0/outcome").asText()).isEqualTo("moved");
      assertThat(where(guest)).isEqualTo("a");
      peer.goesOn();
      a.ckpt("migrate", guest.name(), "b").refused("drained");
      // Its own go to the one that is left.
      drained = a.ckpt("node", "drain").done().json();
      assertThat(drained.at("/tasks/0/node").asText()).isEqualTo("c");
      assertThat(where(guest)).isEqualTo("c");
      peer.goesOn();
      a.ckpt("migrate", guest.name(), "home").done();
      c.ckpt("node", "drain").done();
      // Nobody takes it now.
      drained = a.ckpt("node", "drain").done().json();
      assertThat(drained.at("/tasks/0/outcome").asText()).isEqualTo("frozen");
      a.ckpt("restore", guest.name()).refused("drained");
      for (String node : List.of("a", "b", "c")) a.ckpt("node", "drain", "--undo", node).done();
      a.ckpt("restore", guest.name()).done();
      peer.goesOn();
      assertThat(guest.ask("failure")).isEqualTo("none");
    }
  }

  /** A node that was not told in time that its guest has left asks for itself. */
  private static void nothingIsLeft(Node node) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(memory(node)).as("left on a node").isEmpty());
  }

  private static List<Path> memory(Node node) throws IOException {
    Path place = node.memory();
    try (var left = java.nio.file.Files.list(place)) {
      return left.toList();
    }
  }

  private static String where(Subject task) {
    return a.ckpt("ps", task.name()).done().json().at("/tasks/0/node").asText();
  }
}
