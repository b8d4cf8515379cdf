package io.sojourn.node.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file, and the metadata services of two clouds, played as they document themselves. */
class InterruptionNoticeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final AtomicInteger told = new AtomicInteger(), asked = new AtomicInteger();
  private volatile boolean notice;
  private HttpServer server;

  @BeforeEach
  void begin() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/latest/meta-data/spot/instance-action", this::amazon);
    server.createContext(
        "/latest/api/token",
        exchange ->
            answer(
                exchange,
                exchange.getRequestMethod().equals("PUT")
                        && exchange
                            .getRequestHeaders()
                            .containsKey("X-aws-ec2-metadata-token-ttl-seconds")
                    ? 200
                    : 400,
                "secret"));
    server.createContext("/computeMetadata/v1/instance/preempted", this::google);
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  private void amazon(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    String token = exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token");
    if (!"secret".equals(token)) answer(exchange, 401, "");
    else if (notice) answer(exchange, 200, "{\"action\": \"terminate\"}");
    else answer(exchange, 404, "");
  }

  private void google(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    boolean good = "Google".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"));
    answer(exchange, good ? 200 : 403, notice ? "TRUE" : "FALSE");
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private InterruptionNotice look(String place) {
    return new InterruptionNotice(new Triggers(1, false, place, 100, 0), told::incrementAndGet);
  }

  private void toldOnce(String path) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + path;
    try (InterruptionNotice looking = look(url)) {
      await().atMost(PATIENCE).until(() -> asked.get() >= 4);
      assertThat(told).hasValue(0);
      notice = true;
      await().atMost(PATIENCE).until(() -> told.get() == 1);
      int now = asked.get();
      await().atMost(PATIENCE).until(() -> asked.get() > now + 4);
      assertThat(told).hasValue(1);
    }
  }

  @Test
  void amazonTells() {
    toldOnce("/latest/meta-data/spot/instance-action");
  }

  @Test
  void googleTells() {
    toldOnce("/computeMetadata/v1/instance/preempted");
  }

  @Test
  void aFileTellsEachTimeThatItComes() throws IOException {
    Path file = directory.resolve("notice");
    try (InterruptionNotice looking = look(file.toString())) {
      for (int time = 1; time <= 2; time++) {
        Files.createFile(file);
        int wanted = time;
        await().atMost(PATIENCE).until(() -> told.get() == wanted);
        Files.delete(file);
        awaitLook(looking);
      }
    }
  }

  /** Until it has seen that the file is gone. */
  private static void awaitLook(InterruptionNotice looking) {
    await().atMost(PATIENCE).until(() -> !looking.noticed());
  }

  @Test
  void whatCannotBeIsSaid() {
    assertThatThrownBy(() -> new Triggers(0, false, "", 5_000, 0))
        .isInstanceOf(OperationException.class);
    assertThatThrownBy(() -> new Triggers(1, false, "notice", 5_000, 0))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("neither an absolute path nor a URL");
    assertThatThrownBy(() -> new Triggers(1, false, "", 5, 0))
        .isInstanceOf(OperationException.class);
    assertThatThrownBy(() -> new Triggers(1, false, "", 5_000, 91))
        .isInstanceOf(OperationException.class);
    assertThat(Triggers.NONE.words()).isEmpty();
    assertThat(new Triggers(3, true, "/notice", 1_000, 10).words())
        .containsExactly(
            "--checkpoints-at-once=3",
            "--checkpoint-at-end",
            "--interruption=/notice",
            "--interruption-poll=1000ms",
            "--memory-pressure=10");
  }
}
