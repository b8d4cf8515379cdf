package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Load;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Echoes;
import io.sojourn.victim.Ending;
import io.sojourn.victim.Heap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Freezes that are cut short: the task runs on, its connections too, and there is no half image.
 */
class FaultsIT {
  @RegisterExtension static final Node node = new Node();

  /** In MB: more than is dumped in any of the limits and times here. */
  private static final int BALLAST = 500;

  private static final boolean SOAK = Boolean.getBoolean("sojourn.soak");
  private static final int ROUNDS = SOAK ? 20 : 1;

  /** Milliseconds into a dump. */
  private static IntStream momentsOfACriu() {
    return SOAK ? IntStream.of(0, 30, 80, 150, 300) : IntStream.of(30, 150);
  }

  private static IntStream momentsOfADaemon() {
    return SOAK ? IntStream.of(0, 30, 80, 150, 300) : IntStream.of(0, 80);
  }

  @ParameterizedTest
  @MethodSource("momentsOfACriu")
  void criuIsKilled(int afterMillis) throws Exception {
    Subject subject = slowToDump();
    try (Socket peer = connect(subject);
        HeldCriu held = HeldCriu.stoppingDumpsWithAChild(node)) {
      Node.Running freeze = node.ckptInBackground("freeze", subject.name());
      ProcessHandle criu = started(held);
      Thread.sleep(afterMillis);
      boolean killed = criu.destroyForcibly();
      Answer answer = node.await(freeze);
      if (killed && answer.status() != 0) {
        answer.failed("CRIU");
        // The task goes on when its tracer dies, before anybody can end the repair mode of its
        // sockets: a thread that was in the middle of a send or receive may see EPERM, at either
        // end of the connection that the task has with itself.
        assertThat(subject.ask("failure"))
            .matches("null|loop( echo)?: java.net.SocketException: Operation not permitted");
        stillServes(subject, peer);
        subject.freeze().done();
      } else subject.froze(answer.done());
      subject.restore().done();
      echo(peer, "after all");
    }
  }

  @ParameterizedTest
  @MethodSource("momentsOfADaemon")
  void theDaemonIsKilled(int afterMillis) throws Exception {
    Subject subject = slowToDump();
    try (Socket peer = connect(subject);
        HeldCriu held = HeldCriu.stoppingDumps(node)) {
      Node.Running freeze = node.ckptInBackground("freeze", subject.name(), "--pause-limit=3s");
      started(held);
      Thread.sleep(afterMillis);
      node.killDaemon();
      node.await(freeze);
      node.startDaemon();
      // Either it was frozen already, or it runs on when its pause limit is over at the latest.
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(node.ckpt("ps", subject.name()).json().at("/tasks/0/state").asText())
                      .as("%s", node.ckpt("ps", subject.name()))
                      .isEqualTo(runs(subject) ? "running" : "frozen"));
      if (runs(subject)) {
        unharmed(subject, peer);
        subject.freeze().done();
      }
      subject.restore().done();
      echo(peer, "after all");
    }
  }

  /** Its image is complete, and its process is about to become its deputy. */
  @Test
  void theDaemonIsKilledWhenTheTaskIsHeld() throws Exception {
    boolean met = false;
    // That is short: a freeze may be over before this process has looked once.
    for (int attempt = 0; attempt < 5 && !met; attempt++) met = killedWhenOneIsHeld();
    assertThat(met).as("a task was seen held").isTrue();
  }

  /** False where the freeze was over before. */
  private static boolean killedWhenOneIsHeld() throws Exception {
    Subject subject = slowToDump();
    Optional<CgroupFreeze> group = CgroupFreeze.of(subject.pid());
    assumeTrue(group.isPresent(), "control groups of the second version");
    group.get().close();
    try (Socket peer = connect(subject)) {
      Node.Running freeze = node.ckptInBackground("freeze", subject.name());
      boolean held;
      do held = CgroupFreeze.isIn(subject.pid());
      while (!held && freeze.process().isAlive());
      if (held) {
        node.killDaemon();
        node.await(freeze);
        node.startDaemon();
        assertThat(CgroupFreeze.isIn(subject.pid())).as("held by its control group").isFalse();
      } else subject.froze(node.await(freeze).done());
      if (!runs(subject)) subject.restore().done();
      assertThat(subject.ask("failure")).isEqualTo("null");
      echo(peer, "after all");
      return held;
    }
  }

  /** And not its deputy. */
  private static boolean runs(Subject subject) {
    return subject.lives() && !subject.isDeputy();
  }

  /** What it had unpacked into the directory for temporary files would stay there. */
  @Test
  void theDaemonHasUnpackedNothingWhenItIsKilled() throws Exception {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    node.ckpt("checkpoint", subject.name()).done();
    List<String> packing =
        Files.readAllLines(Path.of("/proc/" + node.daemonPid() + "/maps")).stream()
            .filter(line -> line.contains("lz4-java"))
            .filter(line -> !line.endsWith(".jar"))
            .toList();
    assertThat(packing).isNotEmpty().allMatch(line -> line.endsWith("/native/liblz4-java.so"));
  }

  @Test
  void theImagesDiskIsFull() throws Exception {
    Subject subject = node.subject(Jdk.newest(), Heap.class).start();
    Path disk = Files.createDirectory(node.home().resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=2m", "none", disk.toString());
    try {
      subject.freeze("-o", disk.resolve("image").toString()).failed("disk");
      subject.ask("check");
      try (Stream<Path> left = Files.list(disk)) {
        assertThat(left).isEmpty();
      }
    } finally {
      run("umount", disk.toString());
    }
    subject.anotherLife();
    subject.ask("check");
  }

  @Test
  void thePauseLimitIsHit() {
    Subject subject = node.subject(Jdk.newest(), Heap.class).start();
    subject.freeze("--pause-limit=20ms").failed("20 ms", "--pause-limit");
    subject.ask("check");
    noImageOf(subject);
    subject.anotherLife();
    subject.ask("check");
  }

  /** Given up at any moment of a dump that takes longer than all of these limits. */
  @Test
  void thePauseLimitIsHitWithConnections() throws Exception {
    Subject subject = slowToDump();
    try (Socket peer = connect(subject);
        Load load = new Load(Integer.parseInt(subject.ask("blocking")), 50)) {
      for (int round = 0; round < ROUNDS; round++)
        for (int limit : new int[] {1, 10, 20, 40, 60, 80}) {
          subject.freeze("--gc=none", "--pause-limit=" + limit + "ms").failed("--pause-limit");
          long[] before = load.rounds();
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> load.allBeyond(before) || !load.failure().isEmpty());
          assertThat(load.failure()).isEmpty();
          unharmed(subject, peer);
        }
    }
  }

  private static Subject slowToDump() {
    return node.subject(Jdk.newest(), Echoes.class).with("-Xmx1g").start(String.valueOf(BALLAST));
  }

  /** Waits until the daemon has started CRIU for it, and lets that begin. */
  private static ProcessHandle started(HeldCriu held) throws Exception {
    List<Integer> criu = held.stopped();
    held.noMore();
    held.goOn(criu);
    return ProcessHandle.of(criu.get(criu.size() - 1)).orElseThrow();
  }

  private static void unharmed(Subject subject, Socket peer) throws IOException {
    assertThat(subject.ask("failure")).isEqualTo("null");
    stillServes(subject, peer);
  }

  private static void stillServes(Subject subject, Socket peer) throws IOException {
    echo(peer, "unharmed");
    connect(subject).close();
    noImageOf(subject);
  }

  private static void noImageOf(Subject subject) {
    assertThat(node.ckpt("images", subject.name()).done().json().at("/images")).isEmpty();
    try (Stream<Path> all = Files.list(node.state().resolve("images"))) {
      assertThat(all.filter(path -> path.toString().contains(subject.name())))
          .as("a half image")
          .isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Socket connect(Subject subject) throws IOException {
    int port = Integer.parseInt(subject.ask("selector"));
    Socket peer = new Socket(InetAddress.getLoopbackAddress(), port);
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

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }
}
