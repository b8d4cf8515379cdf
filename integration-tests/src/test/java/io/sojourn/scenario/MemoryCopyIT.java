package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Churn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A large task runs on while its memory is stored out of a copy of it: that is of one moment, and
 * neither the program nor those it speaks with know of it.
 */
class MemoryCopyIT {
  @RegisterExtension static final Node node = new Node();

  /** In MB: it takes longer to store than for a program to answer. */
  private static final int LIVE = 400;

  /** Less than the pause limit that would let a task go on. */
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  private static final String LONG_LIMIT = "--pause-limit=2m";

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whatIsStoredIsOfOneMoment(Jdk jdk) throws Exception {
    whole(churning(jdk), "-XX:+UseG1GC");
  }

  @ParameterizedTest
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseShenandoahGC"})
  void underOtherCollectors(String collector) throws Exception {
    whole(churning(Jdk.newest(), collector), collector);
  }

  @Test
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  void inHugePages() throws Exception {
    whole(churning(Jdk.newest(), "-XX:+UseTransparentHugePages"), "huge pages");
  }

  private static void whole(Subject subject, String how) throws Exception {
    Node.Running checkpoint = node.ckptInBackground("checkpoint", subject.name());
    CopyWatch.await();
    String image = node.await(checkpoint).done().image();
    assertThat(subject.ask("check")).as(how).isEqualTo("whole");
    noneIsLeft();
    // Another while the first one's pages are still shared in part.
    node.ckpt("checkpoint", subject.name()).done();
    node.ckpt("verify", image).done();
    end(subject);
    node.ckpt("restore", image).done();
    assertThat(subject.ask("check")).as(how).isEqualTo("whole");
    node.ckpt("checkpoint", subject.name()).done();
    subject.anotherLife();
    assertThat(subject.ask("check")).as(how).isEqualTo("whole");
  }

  @Test
  void nobodySeesIt() throws Exception {
    Subject subject = churning(Jdk.newest());
    int port = Integer.parseInt(subject.ask("port"));
    String group = Proc.command(subject.pid());
    try (HeldCriu criu = HeldCriu.stoppingBehindDumps(node);
        Socket peer = new Socket(InetAddress.getLoopbackAddress(), port);
        FileChannel locked =
            FileChannel.open(subject.home().resolve("locked"), StandardOpenOption.WRITE)) {
      peer.setSoTimeout(20_000);
      Node.Running checkpoint = node.ckptInBackground("checkpoint", subject.name());
      // None of the copy is read before CRIU has ended.
      List<Integer> stopped = criu.stopped();
      int copy = CopyWatch.await();
      peer.getOutputStream().write(1);
      assertThat(Files.list(Path.of("/proc", "" + copy, "fd")).count())
          .as("open in the copy: the daemon's end, to know of it")
          .isLessThanOrEqualTo(1);
      assertThat(Files.readSymbolicLink(Path.of("/proc", "" + copy, "cwd"))).hasToString("/");
      assertThat(peer.getInputStream().read()).as("the program has closed").isEqualTo(-1);
      assertThat(children(subject.pid())).isEmpty();
      assertThat(CopyWatch.stands(copy)).as("the copy is still to be read").isTrue();
      criu.goOn(stopped);
      node.await(checkpoint).done();
      try (FileLock taken = locked.tryLock()) {
        assertThat(taken).as("the program has it locked").isNull();
      }
      noneIsLeft();
    }
    assertThat(subject.ask("locked")).isEqualTo("true");
    assertThat(subject.ask("children ended")).isEqualTo("0");
    assertThat(Proc.command(subject.pid())).isEqualTo(group);
  }

  private static Stream<String> childrenOf(Path thread) {
    try {
      return Stream.of(Files.readString(thread.resolve("children")).strip())
          .filter(text -> !text.isEmpty());
    } catch (IOException ended) {
      return Stream.empty();
    }
  }

  private static List<String> children(int pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc", "" + pid, "task"))) {
      return threads.flatMap(MemoryCopyIT::childrenOf).toList();
    }
  }

  private static IntStream momentsOfDeath() {
    return Boolean.getBoolean("sojourn.soak") ? IntStream.of(0, 20, 60, 150) : IntStream.of(20);
  }

  private static IntStream momentsOfLoss() {
    return Boolean.getBoolean("sojourn.soak") ? IntStream.of(0, 100) : IntStream.of(0);
  }

  /** From the moment on at which there is a copy, until all is stored. */
  @ParameterizedTest
  @MethodSource("momentsOfDeath")
  void theDaemonIsKilledWhenThereIsACopy(int afterMillis) throws Exception {
    Subject subject = churning(Jdk.newest());
    Node.Running checkpoint = node.ckptInBackground("checkpoint", subject.name(), LONG_LIMIT);
    int copy = CopyWatch.await();
    Thread.sleep(afterMillis);
    node.killDaemon();
    long killed = System.nanoTime();
    assertThat(subject.ask("children ended")).isEqualTo("0");
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(AT_ONCE);
    await().atMost(AT_ONCE).until(() -> !CopyWatch.stands(copy));
    node.await(checkpoint);
    node.startDaemon();
    assertThat(subject.ask("check")).isEqualTo("whole");
    noHalfImage(subject);
    String image = node.ckpt("checkpoint", subject.name()).done().image();
    end(subject);
    node.ckpt("restore", image).done();
    assertThat(subject.ask("check")).isEqualTo("whole");
  }

  /** As when memory has become short. */
  @ParameterizedTest
  @MethodSource("momentsOfLoss")
  void theCopyIsKilled(int afterMillis) throws Exception {
    Subject subject = churning(Jdk.newest());
    Node.Running checkpoint = node.ckptInBackground("checkpoint", subject.name());
    int copy = CopyWatch.await();
    Thread.sleep(afterMillis);
    ProcessHandle.of(copy).ifPresent(ProcessHandle::destroyForcibly);
    String image = node.await(checkpoint).done().image();
    assertThat(subject.ask("check")).isEqualTo("whole");
    end(subject);
    node.ckpt("restore", image).done();
    assertThat(subject.ask("check")).isEqualTo("whole");
  }

  /** What is tried in vain on this machine is not tried again. */
  @Test
  void criuDoesNotTakeIt() throws Exception {
    Subject subject = churning(Jdk.newest());
    try (HeldCriu criu = HeldCriu.refusingPlugins(node)) {
      node.killDaemon();
      node.startDaemon();
      Answer first = node.ckpt("checkpoint", subject.name()).done();
      assertThat(warnings(first)).contains("Unable to load");
      Answer second = node.ckpt("checkpoint", subject.name()).done();
      assertThat(warnings(second)).doesNotContain("Unable to load");
      end(subject);
      node.ckpt("restore", second.image()).done();
      assertThat(subject.ask("check")).isEqualTo("whole");
    }
    node.killDaemon();
    node.startDaemon();
  }

  @Test
  void thePauseLimitIsHit() throws Exception {
    Subject subject = churning(Jdk.newest());
    for (int limit : new int[] {5, 20, 40})
      node.ckpt("checkpoint", subject.name(), "--gc=none", "--pause-limit=" + limit + "ms")
          .failed("--pause-limit");
    noneIsLeft();
    assertThat(imagesOf(subject)).isEmpty();
    assertThat(subject.ask("check")).isEqualTo("whole");
    node.ckpt("checkpoint", subject.name()).done();
  }

  @AfterEach
  void forget() {
    for (JsonNode image : node.ckpt("images").json().path("images"))
      node.ckpt("rm", image.path("name").asText(), "--force");
  }

  private static Subject churning(Jdk jdk, String... options) {
    return node.subject(jdk, Churn.class)
        .with("-Xmx1g", "-XX:MaxDirectMemorySize=1g")
        .with(options)
        .start("" + LIVE);
  }

  private static String warnings(Answer answer) {
    return answer.json().path("warnings").toString();
  }

  private static void end(Subject subject) throws Exception {
    ProcessHandle.of(subject.pid()).ifPresent(ProcessHandle::destroyForcibly);
    await().atMost(Duration.ofSeconds(30)).until(() -> !subject.lives());
  }

  private static void noneIsLeft() {
    await().atMost(AT_ONCE).until(() -> CopyWatch.now().equals(OptionalInt.empty()));
  }

  /** It may be whole: the daemon may have come so far. */
  private static void noHalfImage(Subject subject) throws IOException {
    for (Path image : imagesOf(subject)) {
      assertThat(image.getFileName().toString()).doesNotStartWith(".");
      node.ckpt("verify", image.toString()).done();
    }
  }

  private static List<Path> imagesOf(Subject subject) throws IOException {
    try (Stream<Path> all = Files.list(node.state().resolve("images"))) {
      return all.filter(path -> path.toString().contains(subject.name())).toList();
    }
  }
}
