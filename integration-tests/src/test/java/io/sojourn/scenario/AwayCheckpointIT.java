package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Diary;
import io.sojourn.victim.OpenFiles;
import io.sojourn.victim.Sockets;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images are made of a task that is on another node, and it lives again from them at home. */
@Timeout(240)
class AwayCheckpointIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void itsConnectionsGoOnAndLiveAgain(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, Sockets.class).start();
    int port = Integer.parseInt(task.ask("listen any any"));
    Socket quiet = connected(port), busy = connected(port);
    echoes(quiet);
    nodes.out(task);
    Socket madeAway = connected(port);
    echoes(madeAway);
    Answer made = nodes.home().ckpt("checkpoint", task.name()).done();
    assertThat(made.json().path("node").asText()).isEqualTo("b");
    nodes.home().ckpt("verify", made.image()).done();
    // It has lived on there, and nobody has noticed anything.
    assertThat(ps(task).path("node").asText()).isEqualTo("b");
    for (Socket one : new Socket[] {busy, madeAway}) echoes(one);
    nodes.home().ckpt("checkpoint", task.name()).done();
    String image = ps(task).path("lastImage").asText();
    assertThat(image).isNotEqualTo(made.image());
    echoes(busy);
    lose(task);
    nodes.home().ckpt("restore", task.name()).done();
    assertThat(ps(task).path("node").asText()).isEqualTo("a");
    echoes(quiet);
    echoes(madeAway);
    assertThatThrownBy(() -> echoes(busy)).isInstanceOf(IOException.class);
    // Away again and home: nothing of this is in the way.
    nodes.out(task);
    echoes(quiet);
    nodes.back(task);
    echoes(madeAway);
    remove(task);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void memoryAndFilesAgree(Jdk jdk) throws Exception {
    Subject task = diary(jdk, "");
    nodes.out(task);
    rounds(task, 20);
    nodes.home().ckpt("checkpoint", task.name()).done();
    task.ask("check");
    rounds(task, 20);
    lose(task);
    Answer back = nodes.home().ckpt("restore", task.name()).done();
    assertThat(back.json().path("phases").findValuesAsText("name")).contains("roll back files");
    long round = Long.parseLong(task.ask("check"));
    rounds(task, 3);
    assertThat(Long.parseLong(task.ask("check"))).isGreaterThan(round);
    remove(task);
  }

  /** Deleted, mapped and locked files, too. */
  @Test
  void whatIsOpenIsOpenAgain() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), OpenFiles.class).start();
    nodes.out(task);
    for (int number = 0; number < 2; number++) assertThat(task.ask("check")).isEqualTo("" + number);
    // As a JVM does that sees no process of such a number (HotSpot's cleanup of /tmp/hsperfdata_*).
    Files.deleteIfExists(Path.of("/tmp/hsperfdata_root/" + task.pid()));
    nodes.home().ckpt("checkpoint", task.name()).done();
    assertThat(isLocked(task)).isTrue();
    assertThat(task.ask("check")).isEqualTo("2");
    lose(task);
    nodes.home().ckpt("restore", task.name()).done();
    assertThat(isLocked(task)).isTrue();
    for (int number = 2; number < 5; number++) assertThat(task.ask("check")).isEqualTo("" + number);
    remove(task);
  }

  private static boolean isLocked(Subject task) throws IOException {
    Path file = task.home().resolve("locked.dat");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock taken = channel.tryLock(100, 50, false)) {
      return taken == null;
    }
  }

  @Test
  void periodicImagesAreMadeWhileItIsAway() throws Exception {
    Subject task = diary(Jdk.newest(), "");
    nodes.out(task);
    nodes.home().ckpt("checkpoint", task.name(), "--every", "1s", "--keep", "2").done();
    String first = lastImage(task);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> images(task).size() == 2 && !images(task).contains(first));
    assertThat(ps(task).path("node").asText()).isEqualTo("b");
    nodes.home().ckpt("checkpoint", task.name(), "--every", "off").done();
    rounds(task, 5);
    task.ask("check");
    lose(task);
    nodes.home().ckpt("restore", task.name()).done();
    task.ask("check");
    remove(task);
  }

  @Test
  void aSupervisedOneIsRestartedAtHome() throws Exception {
    Subject task = diary(Jdk.newest(), ",onFailure=restart");
    nodes.out(task);
    nodes.home().ckpt("checkpoint", task.name()).done();
    rounds(task, 20);
    nodes.guest().killWorldHosts();
    await().atMost(Duration.ofSeconds(60)).until(() -> runsAtHome(task));
    rounds(task, 5);
    task.ask("check");
    // It is killed there, as by the kernel when memory is short.
    nodes.out(task);
    rounds(task, 5);
    ProcessHandle.of(nodes.realPid(task)).ifPresent(ProcessHandle::destroyForcibly);
    await().atMost(Duration.ofSeconds(60)).until(() -> runsAtHome(task));
    rounds(task, 5);
    task.ask("check");
    assertThat(ps(task).path("lastEnd").asText()).isEqualTo("killed 9");
    nodes.home().ckpt("checkpoint", task.name(), "--on-failure", "keep").done();
    remove(task);
  }

  /** Its place at home is the deputy's: so that is where it is frozen. */
  @Test
  void itIsFrozenAtHome() throws Exception {
    Subject task = diary(Jdk.newest(), "");
    nodes.out(task);
    rounds(task, 5);
    Answer frozen = nodes.home().ckpt("freeze", task.name()).done();
    assertThat(frozen.json().path("phases").findValuesAsText("name"))
        .contains("dump and ship", "restore", "dump");
    assertThat(ps(task).path("state").asText()).isEqualTo("frozen");
    nodes.home().ckpt("restore", task.name()).done();
    rounds(task, 5);
    task.ask("check");
    remove(task);
  }

  @Test
  void whatFailsLeavesItWhereItIs() throws Exception {
    Subject task = diary(Jdk.newest(), "");
    // Here these are quick; more than the limit below is written by them.
    rounds(task, 600);
    nodes.out(task);
    rounds(task, 5);
    nodes.home().ckpt("checkpoint", task.name(), "--files-limit=1K").refused("--files-limit=");
    nodes.home().ckpt("checkpoint", task.name(), "--crac").refused("on node b", "--crac");
    task.ask("check");
    rounds(task, 5);
    assertThat(images(task)).isEmpty();
    nodes.cut();
    state(task, "unreachable");
    nodes.home().ckpt("checkpoint", task.name()).refused("cannot be reached", "ckpt nodes");
    nodes.home().ckpt("freeze", task.name()).refused("cannot be reached", "ckpt nodes");
    nodes.heal();
    task.ask("check");
    nodes.back(task);
    task.ask("check");
  }

  private static Subject diary(Jdk jdk, String options) throws IOException {
    Path place = Files.createTempDirectory(nodes.home().home(), "diary-");
    return nodes
        .subject(jdk, Diary.class)
        .agent("volumes=" + place.resolve("volume") + options)
        .start(place.toString());
  }

  private static Socket connected(int port) throws IOException {
    Socket socket = nodes.atPeers(() -> new Socket(nodes.homeAddress(), port));
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void echoes(Socket socket) throws IOException {
    socket.getOutputStream().write(new byte[100]);
    if (socket.getInputStream().readNBytes(100).length < 100) throw new IOException("an end");
  }

  private static void rounds(Subject task, int count) {
    long until = Long.parseLong(task.ask("round")) + count;
    await().atMost(Duration.ofSeconds(60)).until(() -> Long.parseLong(task.ask("round")) >= until);
  }

  /** The node where it is loses it. */
  private static void lose(Subject task) throws Exception {
    nodes.guest().killWorldHosts();
    state(task, "lost");
  }

  private static boolean runsAtHome(Subject task) {
    return ps(task).path("node").asText().equals("a")
        && ps(task).path("state").asText().equals("running");
  }

  private static List<String> images(Subject task) {
    return nodes
        .home()
        .ckpt("images", task.name())
        .done()
        .json()
        .path("images")
        .findValuesAsText("name");
  }

  private static String lastImage(Subject task) {
    return ps(task).path("lastImage").asText();
  }

  private static JsonNode ps(Subject task) {
    return nodes.home().ckpt("ps", task.name()).done().json().at("/tasks/0");
  }

  private static void state(Subject task, String state) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ps(task).path("state").asText(), state::equals);
  }

  /** Removes its images. */
  private static void remove(Subject task) {
    for (String image : images(task)) nodes.home().ckpt("rm", image).done();
  }
}
