package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Console;
import io.sojourn.victim.Sockets;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The process on another node that a task lives in is gone, or its node: the task lives again at
 * home, from its last image.
 */
@Timeout(240)
class GuestDiesIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aLostTaskLivesAgainInItsPlace(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, Sockets.class).start();
    Talks talks = Talks.begin(task);
    String image = nodes.home().ckpt("checkpoint", task.name()).done().image();
    nodes.out(task);
    talks.goOnAway();
    nodes.guest().killWorldHosts();
    state(task, "lost");
    assertThat(ps(task).path("note").asText()).contains("node b", "ckpt restore");
    nodes.home().ckpt("migrate", task.name(), "home").refused("is lost", "ckpt restore");
    // Who comes now is not refused: it waits.
    Socket newcomer = talks.connected();
    newcomer.getOutputStream().write(new byte[100]);
    // The daemon of its home dies, too: the next one finds the same.
    nodes.anotherDaemon(Duration.ZERO);
    state(task, "lost");
    nodes.home().ckpt("restore", task.name()).done();
    talks.areTheTasksAgain();
    assertThat(newcomer.getInputStream().readNBytes(100)).hasSize(100);
    // Life goes on: away once more, home again, and its parent sees its end.
    nodes.out(task);
    nodes.back(task);
    echoes(talks.quiet);
    nodes.home().ckpt("rm", image).done();
    ProcessHandle.of(task.pid()).ifPresent(ProcessHandle::destroy);
    assertThat(task.firstLife().waitFor()).isEqualTo(143);
  }

  @Test
  void ofTwoLivesHomeServesTheNewer() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).start();
    Talks talks = Talks.begin(task);
    String image = nodes.home().ckpt("checkpoint", task.name()).done().image();
    nodes.out(task);
    talks.goOnAway();
    nodes.cut();
    state(task, "unreachable");
    nodes.home().ckpt("restore", task.name()).refused("cannot be reached", "--give-up");
    nodes.home().ckpt("restore", task.name(), "--give-up").done();
    talks.areTheTasksAgain();
    assertThat(worlds()).as("the older life, which knows nothing of this").isNotEmpty();
    nodes.heal();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(worlds()).as("the older life").isEmpty());
    talks.areTheTasksAgain();
    nodes.home().ckpt("rm", image).done();
  }

  @Test
  void whereThereIsNoImageItIsSaid() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).agent("guestLost=reset:1s").start();
    Talks talks = Talks.begin(task);
    nodes.out(task);
    talks.goOnAway();
    nodes.guest().killDaemon();
    nodes.guest().killWorldHosts();
    state(task, "unreachable");
    assertThatThrownBy(() -> talks.quiet.getInputStream().read()).hasMessage("Connection reset");
    nodes.guest().startDaemon();
    state(task, "lost");
    nodes.home().ckpt("restore", task.name()).notFound("has no image", "kill -9 " + task.pid());
    ProcessHandle.of(task.pid()).ifPresent(ProcessHandle::destroyForcibly);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> nodes.home().ckpt("ps").done().json().at("/tasks").isEmpty());
    assertThat(task.firstLife().waitFor()).isEqualTo(137);
  }

  @Test
  void itsTerminalAndItsSignalsWait() throws Exception {
    Path shell = nodes.home().home().resolve("job");
    Files.writeString(shell, "set -m; \"$@\"; exec sleep 1000");
    Subject task =
        nodes.subject(Jdk.newest(), Console.class).asAJob().by("bash", shell.toString()).start();
    BufferedWriter keyboard = task.firstLife().outputWriter(StandardCharsets.UTF_8);
    String modes = task.ask("stty -g");
    String image = nodes.home().ckpt("checkpoint", task.name()).done().image();
    nodes.out(task);
    theirNodeStartsAnew();
    state(task, "lost");
    keys(keyboard, "\u0003");
    keys(keyboard, "typed\n");
    nodes.home().ckpt("restore", task.name()).done();
    await().until(() -> task.ask("interrupted").equals("1"));
    assertThat(task.ask("read")).isEqualTo("typed\n");
    assertThat(task.ask("stty -g")).isEqualTo(modes);
    keys(keyboard, "and now\n");
    assertThat(task.ask("read")).isEqualTo("and now\n");
    keys(keyboard, "\u0003");
    await().until(() -> task.ask("interrupted").equals("2"));
    nodes.home().ckpt("rm", image).done();
  }

  private static void keys(BufferedWriter keyboard, String keys) throws IOException {
    keyboard.write(keys);
    keyboard.flush();
  }

  /** With peers on a third machine. */
  private record Talks(Subject task, int port, Socket quiet, Socket busy, Socket[] later) {
    static Talks begin(Subject task) throws Exception {
      int port = Integer.parseInt(task.ask("listen any any"));
      Talks talks = new Talks(task, port, connected(port), connected(port), new Socket[1]);
      echoes(talks.quiet);
      echoes(talks.busy);
      return talks;
    }

    /** The one stays as it was in the image, another goes on, a third begins. */
    void goOnAway() throws Exception {
      echoes(busy);
      later[0] = connected();
      echoes(later[0]);
    }

    Socket connected() throws IOException {
      return connected(port);
    }

    private static Socket connected(int port) throws IOException {
      Socket socket = nodes.atPeers(() -> new Socket(nodes.homeAddress(), port));
      socket.setSoTimeout(20_000);
      return socket;
    }

    /** Through which nothing has gone since the image was made goes on, the others are over. */
    void areTheTasksAgain() throws Exception {
      state(task, "running");
      assertThat(ps(task).path("node").asText()).isEqualTo("a");
      assertThat(task.isDeputy()).isTrue();
      echoes(quiet);
      assertThatThrownBy(() -> echoes(busy)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> echoes(later[0])).isInstanceOf(IOException.class);
      try (Socket another = connected()) {
        echoes(another);
      }
    }
  }

  private static void echoes(Socket socket) throws IOException {
    socket.getOutputStream().write(new byte[100]);
    if (socket.getInputStream().readNBytes(100).length < 100) throw new IOException("an end");
  }

  /** Everything there ends at once. */
  private static void theirNodeStartsAnew() throws Exception {
    nodes.guest().killDaemon();
    nodes.guest().killWorldHosts();
    nodes.guest().startDaemon();
  }

  private static JsonNode ps(Subject task) {
    return nodes.home().ckpt("ps", task.name()).done().json().at("/tasks/0");
  }

  private static void state(Subject task, String state) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ps(task).path("state").asText(), state::equals);
  }

  private static String[] worlds() throws IOException {
    try (Stream<Path> all = Files.list(nodes.guest().memory())) {
      return all.map(path -> path.getFileName().toString()).toArray(String[]::new);
    }
  }
}
