package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Checkpoints that the node's troubles cause. */
class TriggersIT {
  /** As a cloud's metadata service. */
  private static final HttpServer cloud = cloud();

  private static final AtomicInteger asked = new AtomicInteger();
  private static volatile boolean notice;

  @RegisterExtension
  static final Node node =
      new Node(
          List.of(),
          "--checkpoint-at-end",
          "--checkpoints-at-once=2",
          "--interruption=http://127.0.0.1:" + cloud.getAddress().getPort() + "/notice",
          "--interruption-poll=100ms");

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static HttpServer cloud() {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      made.createContext("/notice", TriggersIT::answer);
      made.start();
      return made;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    boolean now = notice;
    byte[] body = "terminate".getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(now ? 200 : 404, now ? body.length : -1);
    if (now) exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Test
  void theMachineIsAboutToBeTakenAway() {
    Subject one = node.subject(Jdk.newest(), Clock.class).start();
    Subject other = node.subject(Jdk.newest(), Clock.class).agent("every=1h,keep=1").start();
    assertThat(images(one)).isZero();
    notice = true;
    await().atMost(PATIENCE).until(() -> images(one) == 1 && images(other) == 1);
    // Once for each notice; what is periodic counts among its own.
    notice = false;
    int before = asked.get();
    // Who asks for the second time has had the answer to the first.
    await().atMost(PATIENCE).until(() -> asked.get() >= before + 2);
    notice = true;
    await().atMost(PATIENCE).until(() -> images(one) == 2 && newest(other).endsWith("-2"));
    assertThat(images(other)).isEqualTo(1);
  }

  @Test
  void theDaemonEnds() throws Exception {
    Subject one = node.subject(Jdk.newest(), Clock.class).start();
    Subject other = node.subject(Jdk.newest(), Clock.class).start();
    ProcessHandle daemon = ProcessHandle.of(node.daemonPid()).orElseThrow();
    daemon.destroy();
    daemon.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    node.startDaemon();
    assertThat(images(one)).isEqualTo(1);
    assertThat(images(other)).isEqualTo(1);
    assertThat(one.ask("pid")).isEqualTo("" + one.pid());
  }

  @AfterEach
  void forget() {
    notice = false;
    for (JsonNode task : node.ckpt("ps").json().path("tasks"))
      node.ckpt("checkpoint", task.path("id").asText(), "--every", "off");
    for (JsonNode image : node.ckpt("images").json().path("images"))
      node.ckpt("rm", image.path("name").asText());
  }

  @AfterAll
  static void close() {
    cloud.stop(0);
  }

  private static int images(Subject task) {
    return node.ckpt("images", task.name()).done().json().path("images").size();
  }

  private static String newest(Subject task) {
    return node.ckpt("ps", task.name()).done().json().at("/tasks/0/lastImage").asText();
  }
}
