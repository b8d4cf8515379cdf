package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Outside;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Children;
import io.sojourn.victim.Clock;
import io.sojourn.victim.Compiling;
import io.sojourn.victim.Critical;
import io.sojourn.victim.Echoes;
import io.sojourn.victim.Ending;
import io.sojourn.victim.Http;
import io.sojourn.victim.OpenFiles;
import io.sojourn.victim.Recorded;
import io.sojourn.victim.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is tried of a freeze is tried of a move: away, and home again. */
@Timeout(180)
class AwayIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  /** As with a question: how long it takes is not asked here. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final List<String> SERVERS = List.of("blocking", "selector", "async");

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void whoWaitsForMessagesIsServed(Jdk jdk) throws IOException {
    Subject subject = nodes.subject(jdk, Echoes.class).start();
    List<Socket> peers = new ArrayList<>();
    try (DatagramSocket datagrams = nodes.atHome(() -> new DatagramSocket(0, HERE))) {
      datagrams.setSoTimeout(10_000);
      long[] rounds = {0};
      nodes.twice(
          subject,
          () -> {
            try {
              for (Socket peer : peers) echo(peer, "on");
              for (String server : SERVERS) peers.add(connect(subject, server));
              datagram(datagrams, Integer.parseInt(subject.ask("udp")));
              assertThat(subject.ask("failure")).isEqualTo("null");
              long now = Long.parseLong(subject.ask("loopback"));
              assertThat(now).isGreaterThan(rounds[0]);
              rounds[0] = now;
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    } finally {
      for (Socket peer : peers) peer.close();
    }
  }

  private static Socket connect(Subject subject, String server) throws IOException {
    int port = Integer.parseInt(subject.ask(server));
    Socket peer = nodes.atHome(() -> new Socket(HERE, port));
    peer.setSoTimeout(20_000);
    echo(peer, "hello");
    return peer;
  }

  private static void echo(Socket peer, String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    assertThat(peer.getInputStream().readNBytes(text.length()))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(text);
  }

  private static void datagram(DatagramSocket socket, int port) throws IOException {
    byte[] text = "datagram".getBytes(StandardCharsets.UTF_8);
    socket.send(new DatagramPacket(text, text.length, HERE, port));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    socket.receive(answer);
    assertThat(answer.getLength()).isEqualTo(text.length);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void threadsGoOn(Jdk jdk) {
    Subject subject = nodes.subject(jdk, Threads.class).start();
    String all = "all " + (503 + (jdk.feature() >= 21 ? 10_000 : 0));
    nodes.twice(subject, () -> assertThat(subject.ask("check")).isEqualTo(all));
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void httpClientsAndServersGoOn(Jdk jdk) throws IOException {
    HttpServer server = nodes.atHome(() -> HttpServer.create(new InetSocketAddress(HERE, 0), 50));
    server.createContext("/", AwayIT::path);
    server.setExecutor(command -> new Thread(command).start());
    server.start();
    try {
      Subject subject =
          nodes.subject(jdk, Http.class).start("http://127.0.0.1:" + server.getAddress().getPort());
      int port = Integer.parseInt(subject.ask("port"));
      nodes.twice(
          subject,
          () -> {
            long before = Long.parseLong(subject.ask("answered"));
            await()
                .atMost(PATIENCE)
                .untilAsserted(
                    () -> {
                      assertThat(subject.ask("failure")).isEmpty();
                      assertThat(Long.parseLong(subject.ask("answered")))
                          .isGreaterThan(before + 20);
                    });
            assertThat(get(port, "/asked")).isEqualTo("/asked");
          });
    } finally {
      server.stop(0);
    }
  }

  private static void path(HttpExchange exchange) throws IOException {
    byte[] path = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, path.length);
    exchange.getResponseBody().write(path);
    exchange.close();
  }

  private static String get(int port, String path) {
    try (Socket socket = nodes.atHome(() -> new Socket(HERE, port))) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void openFilesGoOnWhereTheyWere(Jdk jdk) throws IOException {
    Subject subject = nodes.subject(jdk, OpenFiles.class).start();
    AtomicInteger round = new AtomicInteger();
    Outside before = Outside.of(subject.pid());
    nodes.twice(
        subject,
        () -> assertThat(subject.ask("check")).isEqualTo(String.valueOf(round.getAndIncrement())));
    Outside after = Outside.of(nodes.realPid(subject));
    // But for the offsets in files that were used meanwhile.
    assertThat(after.descriptors().keySet()).isEqualTo(before.descriptors().keySet());
    assertThat(after.mappedFiles()).isEqualTo(before.mappedFiles());
    assertThat(after.credentials()).isEqualTo(before.credentials());
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void childrenComeAlong(Jdk jdk) {
    Subject subject = nodes.subject(jdk, Children.class).start();
    nodes.twice(subject, () -> subject.ask("check"));
    nodes.out(subject);
    subject.ask("check");
    assertThat(subject.ask("end")).as("their exit statuses").isEqualTo("7 0");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void codeIsLoadedAndCompiled(Jdk jdk) {
    for (Class<?> victim : List.of(Compiling.class, Critical.class)) {
      Subject subject = nodes.subject(jdk, victim).start();
      long[] last = {0};
      nodes.twice(
          subject,
          () -> {
            long now = Long.parseLong(subject.ask("check"));
            assertThat(now).isGreaterThan(last[0]);
            last[0] = now;
          });
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void theClockOnlyGoesOn(Jdk jdk) {
    Subject subject = nodes.subject(jdk, Clock.class).start();
    subject.ask("watch");
    subject.ask("sleep 1500");
    nodes.twice(
        subject,
        () -> {
          String[] passed = subject.ask("watch").split(" ");
          // Of nanoTime, which does not count the time in an image; and of the wall clock.
          assertThat(Long.parseLong(passed[0])).isBetween(0L, Long.parseLong(passed[1]) + 100);
        });
    await().until(() -> !subject.ask("slept").equals("not yet"));
    assertThat(Long.parseLong(subject.ask("slept"))).isGreaterThanOrEqualTo(1500L);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void hooksRunAndTheExitStatusIsTheShells(Jdk jdk) throws Exception {
    for (boolean away : new boolean[] {true, false}) {
      Subject subject = nodes.subject(jdk, Ending.class).start();
      nodes.out(subject);
      if (!away) nodes.back(subject);
      assertThat(subject.home().resolve("hook")).doesNotExist();
      subject.ask("exit 7");
      assertThat(subject.firstLife().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(subject.firstLife().exitValue()).isEqualTo(7);
      assertThat(subject.read("hook")).isEqualTo("ran");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void aFlightRecordingGoesOn(Jdk jdk) throws Exception {
    Subject subject =
        nodes
            .subject(jdk, Recorded.class)
            .with(
                "-XX:StartFlightRecording=name=it,settings=profile",
                "-XX:FlightRecorderOptions=repository=recordings",
                "-Xlog:jfr*=off")
            .start();
    int[] before = {0};
    nodes.twice(
        subject,
        () -> {
          int now = Integer.parseInt(subject.ask("events"));
          assertThat(now).isGreaterThan(before[0]);
          before[0] = now;
        });
  }
}
