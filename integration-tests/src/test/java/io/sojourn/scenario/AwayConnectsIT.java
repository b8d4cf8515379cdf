package io.sojourn.scenario;

import static io.sojourn.scenario.Saying.read;
import static io.sojourn.scenario.Saying.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connects of a task that goes and comes home, and to it, find whom they look for. */
@Timeout(180)
class AwayConnectsIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsFailAsAtHome(Jdk jdk) throws IOException {
    try (ServerSocket server = nodes.listenAtPeers()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      List<String> questions =
          List.of(
              "connect a 127.0.0.1 1",
              "connect b ::1 1",
              "connect c " + nodes.peerAddress() + " 1",
              "connect d 198.51.100.7 80",
              "connect e " + nodes.peerAddress() + " " + server.getLocalPort(),
              "wait e 300");
      List<String> atHome = new ArrayList<>();
      nodes.twice(
          subject,
          () -> {
            List<String> now =
                questions.stream()
                    .map(subject::ask)
                    .map(said -> said.replaceAll(":\\d{4,5}\\b", ":PORT"))
                    .toList();
            if (atHome.isEmpty()) atHome.addAll(now);
            assertThat(now).isEqualTo(atHome);
            assertThat(subject.ask("close e")).isEqualTo("done");
          });
      assertThat(atHome.get(0)).contains("refused");
      assertThat(atHome.get(3)).contains("unreachable");
    }
  }

  /** So many that CRIU would hardly take all of them for what they are not. */
  private static final int BEGUN = 12;

  /** Where nobody answers yet, at home; the task's world answers it at once. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsToItselfThatAreUnderWayGoOn(Jdk jdk) throws Exception {
    Subject subject = nodes.subject(jdk, Sockets.class).start();
    String port = subject.ask("listen own any");
    String silent =
        "add table ip silent; add chain ip silent in { type filter hook input priority 0; };";
    nodes.nftAtHome(silent + "add rule ip silent in tcp dport " + port + " drop");
    for (int i = 0; i < BEGUN; i++) subject.ask("begin own" + i + " 127.0.0.1 " + port);
    nodes.out(subject);
    nodes.nftAtHome("delete table ip silent");
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < BEGUN; i++) {
        String name = "own" + i;
        if (round == 0) assertThat(subject.ask("finish " + name)).endsWith(":" + port);
        subject.ask("write " + name + " self");
        assertThat(subject.ask("read " + name + " 4")).isEqualTo("self");
      }
      if (round == 0) nodes.back(subject);
    }
  }

  /** To a machine that does not answer until the task has moved. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsThatAreUnderWayGoOn(Jdk jdk) throws Exception {
    try (ServerSocket server = nodes.listenAtPeers()) {
      String to = nodes.peerAddress() + " " + server.getLocalPort();
      String drop = "tcp dport " + server.getLocalPort() + " drop";
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      nodes.nftAtPeers(
          "add table ip silent; add chain ip silent in { type filter hook input priority 0; }");
      nodes.nftAtPeers("add rule ip silent in " + drop);
      try {
        subject.ask("begin left " + to);
        nodes.out(subject);
        awaitConnects(server, 1);
        // Home's own attempt is in nobody's way, and goes on where it was for nothing.
        try (HeldCriu criu = HeldCriu.failingRestores(nodes.home())) {
          nodes.home().ckpt("migrate", subject.name(), "home").failed("the task runs on there");
        }
        nodes.nftAtPeers("flush chain ip silent in");
        isHeard(subject, "left", server);
        nodes.nftAtPeers("add rule ip silent in " + drop);
        subject.ask("begin away " + to);
        awaitConnects(server, 1);
        nodes.back(subject);
      } finally {
        nodes.nftAtPeers("delete table ip silent");
      }
      isHeard(subject, "away", server);
    }
  }

  /** Waits until home has asked, and nobody has answered. */
  private static void awaitConnects(ServerSocket server, int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> nodes.atHome(() -> connects(server.getLocalPort())) == count);
  }

  /** In SYN_SENT: proc(5), net/tcp. */
  private static long connects(int port) throws IOException {
    return KernelSockets.tcp()
        .filter(words -> words[2].endsWith(":%04X".formatted(port)) && words[3].equals("02"))
        .count();
  }

  private static void isHeard(Subject subject, String name, ServerSocket server)
      throws IOException {
    String ends = subject.ask("finish " + name);
    try (Socket peer = server.accept()) {
      assertThat(ends).startsWith(nodes.homeAddress() + ":" + peer.getPort() + " ");
      write(peer, name);
      assertThat(subject.ask("read " + name + " " + name.length())).isEqualTo(name);
      assertThat(subject.ask("close " + name)).isEqualTo("done");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsDuringAMoveWait(Jdk jdk) throws Exception {
    Subject subject = nodes.subject(jdk, Sockets.class).start();
    int echo = Integer.parseInt(subject.ask("listen echo any"));
    int held = Integer.parseInt(subject.ask("hold held"));
    AtomicBoolean over = new AtomicBoolean();
    AtomicReference<String> failure = new AtomicReference<>("");
    AtomicLong served = new AtomicLong();
    Thread clients = new Thread(() -> connectOn(echo, over, served, failure), "clients");
    clients.start();
    List<Socket> waiting = new ArrayList<>();
    try {
      for (int round = 0; round < 4; round++) {
        if (round % 2 == 0) {
          waiting.add(connect(nodes.homeAddress(), held));
          write(waiting.get(round / 2), "hello" + round / 2);
        } else accept(subject, round / 2, waiting.get(round / 2));
        long before = served.get();
        // As long as a client waits: it asks again after 1, 2, 4, 8 and 16 seconds (tcp(7)).
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  assertThat(failure.get()).isEmpty();
                  assertThat(served.get()).isGreaterThan(before + 5);
                });
        if (round % 2 == 0) nodes.out(subject);
        else nodes.back(subject);
      }
    } finally {
      over.set(true);
      clients.join();
      for (Socket one : waiting) one.close();
    }
    assertThat(failure.get()).isEmpty();
  }

  /** What waited at home when the task set out reaches it there. */
  private static void accept(Subject subject, int number, Socket waiting) throws IOException {
    String name = "held" + number;
    assertThat(subject.ask("accept held " + name)).contains(":");
    assertThat(subject.ask("read " + name + " 6")).isEqualTo("hello" + number);
    subject.ask("write " + name + " answer");
    assertThat(read(waiting, 6)).isEqualTo("answer");
  }

  private static Socket connect(String host, int port) throws IOException {
    return nodes.atPeers(
        () -> {
          Socket socket = new Socket();
          socket.connect(new InetSocketAddress(host, port), (int) PATIENCE.toMillis());
          socket.setSoTimeout((int) PATIENCE.toMillis());
          return socket;
        });
  }

  private static void connectOn(
      int port, AtomicBoolean over, AtomicLong served, AtomicReference<String> failure) {
    while (!over.get())
      try (Socket socket = connect(nodes.homeAddress(), port)) {
        write(socket, "ping");
        String back = new String(socket.getInputStream().readNBytes(4), StandardCharsets.UTF_8);
        if (!back.equals("ping")) throw new IOException("'" + back + "' after " + served.get());
        served.incrementAndGet();
      } catch (IOException failed) {
        failure.compareAndSet("", failed.toString());
      }
  }
}
