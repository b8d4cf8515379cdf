package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Backlog;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Load;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Echoes;
import io.sojourn.victim.Http;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections to other processes that never stop asking. */
class LoadIT {
  @RegisterExtension static final Node node = Node.shared();

  /** TCP doubles the time between two tries: twice as long as a freeze, and some more. */
  private static final Duration BACK_OFF = Duration.ofSeconds(60);

  @ParameterizedTest
  @CsvSource({"0, blocking", "1, selector"})
  void twoHundredConnections(int jdk, String server) throws IOException {
    Subject subject =
        node.subject(jdk == 0 ? Jdk.matrix().get(0) : Jdk.newest(), Echoes.class).start();
    try (Load load = new Load(Integer.parseInt(subject.ask(server)), 200)) {
      for (int generation = 0; generation < 3; generation++) {
        long[] before = load.rounds();
        await().atMost(BACK_OFF).until(() -> load.allBeyond(before) || !load.failure().isEmpty());
        assertThat(load.failure()).isEmpty();
        if (generation == 2) break;
        subject.anotherLife();
      }
      assertThat(subject.ask("failure")).isEqualTo("null");
    }
  }

  /**
   * A task that runs on silences nobody: its peers read on while it stands still, and acknowledge
   * what CRIU is just reading in its send queue.
   */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void checkpointsWhilePeersReadOn(Jdk jdk) throws Exception {
    Subject subject = node.subject(jdk, Echoes.class).start();
    try (Backlog load = new Backlog(Integer.parseInt(subject.ask("blocking")), 4)) {
      for (int checkpoint = 0; checkpoint < 3; checkpoint++) {
        load.goesOn(BACK_OFF);
        node.ckpt("checkpoint", subject.name()).done();
      }
      for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        load.goesOn(BACK_OFF);
        assertThat(disturbed(subject, load).json().path("phases").toString())
            .as("it was made again")
            .contains("lock connections");
      }
      load.goesOn(BACK_OFF);
      assertThat(subject.ask("failure")).isEqualTo("null");
    }
  }

  /** Between CRIU's two looks at a send queue its peer acknowledges. */
  private static Answer disturbed(Subject subject, Backlog load) throws Exception {
    try (HeldCriu criu = HeldCriu.stoppingBetweenLooks(node)) {
      load.rests(BACK_OFF);
      Node.Running checkpoint =
          node.ckptInBackground("checkpoint", subject.name(), "--pause-limit=2m");
      List<Integer> stopped = criu.stopped();
      criu.noMore();
      load.readsOn(BACK_OFF);
      criu.goOn(stopped);
      return node.await(checkpoint).done();
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void httpBothWays(Jdk jdk) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    ExecutorService workers = Executors.newCachedThreadPool();
    server.setExecutor(workers);
    server.createContext(
        "/",
        exchange -> {
          byte[] path = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, path.length);
          exchange.getResponseBody().write(path);
          exchange.close();
        });
    server.start();
    try {
      bothWays(
          node.subject(jdk, Http.class)
              .start("http://127.0.0.1:" + server.getAddress().getPort() + "/"));
    } finally {
      server.stop(0);
      workers.shutdownNow();
    }
  }

  private static void bothWays(Subject subject) throws Exception {
    URI there = URI.create("http://127.0.0.1:" + subject.ask("port") + "/");
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    assertThat(get(client, there.resolve("/hello")).get().body()).isEqualTo("/hello");
    for (int generation = 0; generation < 2; generation++) {
      subject.freeze().done();
      // On the connection that is kept alive from the last one.
      CompletableFuture<HttpResponse<String>> meanwhile = get(client, there.resolve("/frozen"));
      subject.restore().done();
      long answered = Long.parseLong(subject.ask("answered"));
      assertThat(meanwhile.get().body()).isEqualTo("/frozen");
      assertThat(get(client, there.resolve("/new")).get().body()).isEqualTo("/new");
      await().atMost(BACK_OFF).until(() -> Long.parseLong(subject.ask("answered")) > answered + 10);
      assertThat(subject.ask("failure")).isEmpty();
    }
  }

  private static CompletableFuture<HttpResponse<String>> get(HttpClient client, URI uri) {
    return client
        .sendAsync(
            HttpRequest.newBuilder(uri).timeout(BACK_OFF).build(),
            HttpResponse.BodyHandlers.ofString())
        .toCompletableFuture();
  }
}
