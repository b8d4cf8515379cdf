package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Checkpoints that the node's troubles cause. */
class TriggersIT {
  private static final Path notice = notice();

  @RegisterExtension
  static final Node node =
      new Node(
          List.of(),
          "--checkpoint-at-end",
          "--checkpoints-at-once=2",
          "--interruption=" + notice,
          "--interruption-poll=100ms");

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static Path notice() {
    try {
      return Files.createTempDirectory("sojourn-notice-").resolve("taken-away");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theMachineIsAboutToBeTakenAway() throws IOException {
    Subject one = node.subject(Jdk.newest(), Clock.class).start();
    Subject other = node.subject(Jdk.newest(), Clock.class).agent("every=1h,keep=1").start();
    assertThat(images(one)).isZero();
    Files.createFile(notice);
    await().atMost(PATIENCE).until(() -> images(one) == 1 && images(other) == 1);
    // Once for each notice; what is periodic counts among its own.
    Files.delete(notice);
    await().atMost(PATIENCE).until(() -> noticedAgain(one, other));
    assertThat(images(other)).isEqualTo(1);
  }

  private static boolean noticedAgain(Subject one, Subject other) throws IOException {
    if (!Files.exists(notice)) Files.createFile(notice);
    return images(one) == 2 && newest(other).endsWith("-2");
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
  void forget() throws IOException {
    Files.deleteIfExists(notice);
    for (JsonNode task : node.ckpt("ps").json().path("tasks"))
      node.ckpt("checkpoint", task.path("id").asText(), "--every", "off");
    for (JsonNode image : node.ckpt("images").json().path("images"))
      node.ckpt("rm", image.path("name").asText());
  }

  @AfterAll
  static void remove() throws IOException {
    Files.deleteIfExists(notice);
    Files.deleteIfExists(notice.getParent());
  }

  private static int images(Subject task) {
    return node.ckpt("images", task.name()).done().json().path("images").size();
  }

  private static String newest(Subject task) {
    return node.ckpt("ps", task.name()).done().json().at("/tasks/0/lastImage").asText();
  }
}
