package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Images;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Three daemons, each in a network of its own, become a cluster and stay one. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
  private static Net net;
  private static Node a;
  private static Node b;
  private static Node c;
  private static @Nullable Path inMemory;

  @BeforeAll
  static void machines() throws Exception {
    net = new Net("sojourn-it-" + ProcessHandle.current().pid(), 3);
    a = start(1, "a");
    b = start(2, "b");
    c = start(3, "c");
  }

  private static Node start(int machine, String name) throws Exception {
    Node node = new Node(net.on(machine), "--node-name", name);
    node.begin();
    return node;
  }

  @AfterAll
  static void end() throws Exception {
    try {
      for (Node node : new Node[] {a, b, c}) if (node != null) node.end();
      if (inMemory != null) assertThat(inMemory).doesNotExist();
    } finally {
      if (net != null) net.close();
    }
  }

  private static String token() {
    return a.ckpt("node", "token").done().json().path("token").asText();
  }

  private static String state(Node of, String name) {
    for (JsonNode node : of.ckpt("nodes").done().json().path("nodes"))
      if (node.path("name").asText().equals(name)) return node.path("state").asText();
    return "unknown";
  }

  private static void awaitState(Node of, String name, String state) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(state(of, name)).as("%s", name).isEqualTo(state));
  }

  @Test
  @Order(1)
  void nodesJoin() {
    a.ckpt("nodes").refused("one of no cluster", "ckpt node init");
    Answer first = a.ckpt("node", "init").done();
    assertThat(first.json().path("address").asText()).isEqualTo(net.address(1) + ":7077");
    String token = first.json().path("token").asText();
    b.ckpt("node", "join", net.address(1), "--token", token).done();
    c.ckpt("node", "join", net.address(1), "--token", token).refused("used already, by node b");
    c.ckpt("node", "join", net.address(1), "--token", token.substring(0, 20));
    c.ckpt("node", "join", "10.99.0.77", "--token", token()).failed("10.99.0.77:7077");
    // By a node that has not the key.
    c.ckpt("node", "join", net.address(2), "--token", token()).done();
    for (Node node : new Node[] {a, b, c})
      for (String name : new String[] {"a", "b", "c"}) awaitState(node, name, "up");
  }

  @Test
  @Order(2)
  void aDaemonIsKilledAndStartedAgain() throws Exception {
    b.killDaemon();
    awaitState(a, "b", "unreachable");
    b.startDaemon();
    awaitState(a, "b", "up");
    awaitState(b, "c", "up");
  }

  @Test
  @Order(3)
  void aLinkIsCutAndHealed() throws Exception {
    net.cut(3);
    awaitState(a, "c", "unreachable");
    awaitState(a, "b", "up");
    net.heal(3);
    awaitState(a, "c", "up");
    awaitState(c, "b", "up");
  }

  @Test
  @Order(4)
  void anImageIsShippedAlthoughTheLinkBreaks() throws Exception {
    ImageDirectory image = Images.make(a.state().resolve("images/made-5a11-1"), 300);
    // Else it could be there before anybody looks.
    net.narrow(1, 20);
    Node.Running ship = a.ckptInBackground("ship", image.name(), "b");
    Path arriving = b.state().resolve("images/.draft-made-5a11-1/pages-1.img");
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> Files.exists(arriving) && Files.size(arriving) > 20 << 20);
    net.cut(2);
    net.widen(1);
    awaitState(a, "b", "unreachable");
    assertThat(ship.process().isAlive()).as("waits for the link").isTrue();
    long before = Files.size(arriving);
    assertThat(before).isLessThan(image.bytes());
    net.heal(2);
    Answer answer = a.await(ship).done();
    assertThat(answer.json().path("node").asText()).isEqualTo("b");
    // What had arrived was not sent again: noise is half of the image.
    assertThat(answer.json().path("wireBytes").asLong()).isLessThan(image.bytes() * 2 / 3);
    equal(image.path(), b.state().resolve("images/made-5a11-1"));
    b.ckpt("verify", "made-5a11-1").done();
    b.ckpt("inspect", "made-5a11-1").done();
    assertThat(b.ckpt("images").done().json().at("/images/0/name").asText())
        .isEqualTo("made-5a11-1");
  }

  @Test
  @Order(5)
  void nothingIsLeftOfAnImageWhoseSenderDied() throws Exception {
    net.narrow(1, 20);
    Node.Running ship = a.ckptInBackground("ship", "made-5a11-1", "c");
    Path arriving = c.state().resolve("images/.draft-made-5a11-1");
    await().pollInterval(Duration.ofMillis(5)).until(() -> Files.exists(arriving));
    a.killDaemon();
    net.widen(1);
    a.await(ship).failed("ended before it answered");
    a.startDaemon();
    c.killDaemon();
    c.startDaemon();
    assertThat(arriving).doesNotExist();
    assertThat(c.ckpt("images").done().json().path("images")).isEmpty();
    awaitState(a, "c", "up");
    String there =
        a.ckpt("ship", "made-5a11-1", "c", "--in-memory").done().json().path("directory").asText();
    assertThat(Files.getFileStore(Path.of(there)).type()).isEqualTo("tmpfs");
    equal(a.state().resolve("images/made-5a11-1"), Path.of(there));
    c.ckpt("verify", "made-5a11-1").done();
    c.ckpt("rm", "made-5a11-1").done();
    assertThat(Path.of(there)).doesNotExist();
    inMemory = Path.of(there).getParent();
  }

  @Test
  @Order(6)
  void aNodeIsPutOut() {
    c.ckpt("node", "remove", "b").done();
    awaitState(a, "b", "unknown");
    b.ckpt("ship", "made-5a11-1", "a").refused("node b was removed");
    a.ckpt("ship", "made-5a11-1", "b").notFound("no node 'b'");
    b.ckpt("node", "leave").done();
    b.ckpt("node", "join", "--token", token()).done();
    awaitState(c, "b", "up");
    b.ckpt("node", "leave").done();
    awaitState(c, "b", "unknown");
  }

  private static void equal(Path one, Path other) throws IOException {
    try (Stream<Path> files = Files.list(one)) {
      for (Path file : files.toList())
        assertThat(Files.mismatch(file, other.resolve(file.getFileName())))
            .as("%s", file)
            .isEqualTo(-1);
    }
  }
}
