package io.sojourn.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
  @TempDir Path directory;
  private final List<TestNode> nodes = new ArrayList<>();

  private TestNode node(String name) {
    return node(name, Clock.systemUTC());
  }

  private TestNode node(String name, Clock clock) {
    TestNode node = new TestNode(directory, name, clock);
    nodes.add(node);
    return node;
  }

  @AfterEach
  void end() {
    nodes.forEach(TestNode::close);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOf(OperationException.class)
        .satisfies(failure -> assertThat(((OperationException) failure).mend()).isNotBlank());
  }

  @Test
  void membershipSpreadsAndOutlivesDaemons() {
    TestNode a = node("a"), b = node("b"), c = node("c");
    b.join(a.init().text());
    // Through a node that has not the authority's key.
    String token = a.cluster().token(Duration.ZERO).text();
    c.cluster().join(token, Optional.of(b.address), c.address, Optional.empty());
    for (TestNode one : nodes)
      for (TestNode other : nodes) if (one != other) one.awaitSees(other.name, "up");
    assertThat(b.cluster().nodes().get(0).self()).isTrue();
    assertThat(c.cluster().nodes())
        .allSatisfy(node -> assertThat(node.facts().getTasks()).isEqualTo(7));

    c.close();
    a.awaitSees("c", "unreachable");
    a.restart();
    b.restart();
    a.awaitSees("b", "up");
    assertThat(a.sees("c")).isEqualTo("unreachable");
  }

  @Test
  void nobodyElseMayReadTheKeys() throws Exception {
    TestNode a = node("a");
    a.init();
    try (Stream<Path> files = Files.walk(a.state())) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .endsWith("------"));
    }
  }

  @Test
  void aTokenIsGoodOnceAndForAWhileAndForItsCluster() throws Exception {
    TestNode a = node("a"), b = node("b"), c = node("c"), other = node("other");
    String good = a.init().text();
    assertThat(Files.readString(a.state().resolve("tokens.json")))
        .doesNotContain(JoinToken.parse(good).secret());
    String brief = a.cluster().token(Duration.ofMillis(1)).text();
    JoinToken parsed = JoinToken.parse(good);
    String guessed = new JoinToken(parsed.address(), parsed.fingerprint(), "guessed").text();
    String elsewhere =
        new JoinToken(a.address.toString(), JoinToken.parse(other.init().text()).fingerprint(), "x")
            .text();
    refused(() -> b.join(good.substring(0, good.length() - 9)))
        .hasMessageContaining("not all of it");
    refused(() -> b.join(guessed)).hasMessageContaining("not one of this cluster's");
    refused(() -> b.join(brief)).hasMessageContaining("expired at");
    refused(() -> b.join(elsewhere)).hasMessageContaining("another cluster than the token");
    b.join(good);
    refused(() -> c.join(good)).hasMessageContaining("used already, by node b");
    refused(() -> b.cluster().token(Duration.ZERO)).hasMessageContaining("authority's key");
    assertThat(c.state()).doesNotExist();
  }

  @Test
  void whatIsInTheWayOfAJoinIsNamed() throws Exception {
    TestNode a = node("a"), b = node("b");
    String token = a.init().text();
    refused(a::init).hasMessageContaining("already");
    refused(() -> a.join(token)).hasMessageContaining("already");
    refused(() -> b.cluster().nodes()).hasMessageContaining("no cluster");
    Address nobody = new Address("127.0.0.1", TestNode.freePort());
    refused(() -> b.cluster().join(token, Optional.of(nobody), b.address, Optional.empty()))
        .hasMessageContaining(nobody + " cannot be reached");
    try (ServerSocket taken =
        new ServerSocket(b.address.port(), 1, InetAddress.getByName("127.0.0.1"))) {
      assertThat(taken.isBound()).isTrue();
      refused(() -> b.join(token)).hasMessageContaining("no other node can call at " + b.address);
    }
    TestNode second = new TestNode(directory.resolve("second"), "a");
    nodes.add(second);
    refused(() -> second.join(token)).hasMessageContaining("a node a in the cluster already");
    // None of these has cost the token.
    b.join(token);
  }

  @Test
  void clocksThatAreApartAreNamed() {
    Clock slow = Clock.offset(Clock.systemUTC(), Duration.ofHours(-2));
    Clock fast = Clock.offset(Clock.systemUTC(), Duration.ofDays(400));
    TestNode a = node("a"), b = node("b", slow), c = node("c", fast);
    String token = a.init().text();
    refused(() -> b.join(token)).hasMessageContaining("120 min behind the cluster's");
    refused(() -> c.join(token)).hasMessageContaining("ahead of the cluster's");
  }

  @Test
  void aRemovedNodeIsRefusedEverywhereAndMayComeBack() {
    TestNode a = node("a"), b = node("b"), c = node("c");
    b.join(a.init().text());
    c.join(a.cluster().token(Duration.ZERO).text());
    c.awaitSees("b", "up");
    refused(() -> a.cluster().remove("nobody")).hasMessageContaining("no node 'nobody'");
    refused(() -> a.cluster().remove("a")).hasMessageContaining("is this one");
    c.cluster().remove("b"); // c asks a, which has the key.
    a.awaitSees("b", "unknown");
    c.awaitSees("b", "unknown");
    b.awaitSees("a", "unreachable");
    assertThat(b.cluster().refused()).contains("node b was removed");
    a.restart();
    assertThat(a.sees("b")).isEqualTo("unknown");
    b.cluster().leave(false);
    b.join(a.cluster().token(Duration.ZERO).text());
    c.awaitSees("b", "up");
    b.awaitSees("c", "up");
  }

  @Test
  void aNodeLeaves() {
    TestNode a = node("a"), b = node("b");
    b.join(a.init().text());
    b.awaitSees("a", "up");
    a.awaitSees("b", "up");
    refused(() -> a.cluster().leave(false)).hasMessageContaining("authority's key");
    assertThat(b.cluster().leave(false)).isTrue();
    a.awaitSees("b", "unknown");
    assertThat(b.state()).doesNotExist();
    assertThat(a.cluster().leave(false)).isFalse();
    assertThat(a.state()).doesNotExist();
  }

  @Test
  void certificatesAreRenewedBeforeTheyEnd() {
    SettableClock clock = new SettableClock();
    TestNode a = node("a", clock), b = node("b", clock);
    b.join(a.init().text());
    b.awaitSees("a", "up");
    var first = b.cluster().nodes().get(0).expires();
    clock.forward(Duration.ofDays(70));
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(b.cluster().nodes().get(0).expires()).isAfter(first);
              assertThat(a.cluster().nodes().get(0).expires()).isAfter(first);
            });
    clock.forward(Duration.ofDays(50)); // The first ones have expired now.
    b.restart();
    b.awaitSees("a", "up");
    a.awaitSees("b", "up");
  }

  @Test
  void aNodeThatWasStartedWithAnotherNameIsTold() {
    TestNode a = node("a");
    a.init();
    a.close();
    nodes.clear();
    refused(
            () ->
                Cluster.open(
                    java.util.Objects.requireNonNull(a.state().getParent()),
                    "x",
                    new Membership.Surroundings(
                        "test", Clock.systemUTC(), a.loops, a.workers, List.of(), () -> 0)))
        .hasMessageContaining("is a in its cluster")
        .hasMessageContaining("started as x");
  }
}
