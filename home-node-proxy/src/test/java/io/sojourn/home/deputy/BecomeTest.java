package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM turns into its deputy: what is seen of it from outside stays. */
@Timeout(60)
class BecomeTest {
  @RegisterExtension final Stage stage = new Stage();

  @Test
  void pidParentAndDescriptorsStay() throws Exception {
    Process jvm = stage.java(Holding.class, "" + stage.place());
    int pid = Stage.pid(jvm), parent = Proc.parent(pid);
    connect(jvm).close();
    Stage.stop(pid);
    Map<Integer, String> before = descriptors(pid);
    String directory = Proc.workingDirectory(pid);
    Deputy deputy = stage.deputyOf(pid);
    Heard heard = Heard.of(deputy);
    assertThat(jvm.isAlive()).isTrue();
    assertThat(Proc.command(pid)).isEqualTo("ckpt-deputy");
    assertThat(Proc.parent(pid)).isEqualTo(parent);
    assertThat(Proc.threads(pid)).containsExactly(pid);
    assertThat(Proc.workingDirectory(pid)).isEqualTo(directory);
    assertThat(held(deputy)).isEqualTo(before).hasSizeGreaterThan(8);
    heard.hearsNoMore();
  }

  @Test
  void itIsSmall() throws Exception {
    Process jvm = stage.java(Holding.class, "" + stage.place());
    connect(jvm).close();
    Deputy deputy = stage.deputyOf(Stage.pid(jvm));
    Heard.of(deputy);
    assertThat(kilobytes(deputy.pid(), "VmRSS")).isLessThan(1024);
    assertThat(kilobytes(deputy.pid(), "RssAnon")).isLessThan(128);
  }

  @Test
  void anOpenFileStaysAsItIs() throws Exception {
    Process jvm = stage.java(Holding.class, "" + stage.place());
    connect(jvm).close();
    Deputy deputy = stage.deputyOf(Stage.pid(jvm));
    Descriptor deleted =
        deputy.descriptors().all().stream().filter(Descriptor::deleted).findFirst().orElseThrow();
    assertThat(deleted.position()).isEqualTo(2 + "still there".length());
    try (OwnDescriptor duplicate = deputy.descriptors().duplicate(deleted.number())) {
      Path again = Path.of("/proc/self/fd/" + duplicate.number());
      assertThat(Files.readString(again).substring(2)).isEqualTo("still there");
    }
  }

  @Test
  void locksAreHeld() throws Exception {
    Process jvm = stage.java(Holding.class, "" + stage.place());
    connect(jvm).close();
    Process flock =
        stage.start("sh", "-c", "exec 9>" + stage.place() + "/flocked; flock 9; exec sleep 600");
    await("sleep", flock);
    Deputy deputy = stage.deputyOf(Stage.pid(jvm)), other = stage.deputyOf(Stage.pid(flock));
    String second = "flock -n " + stage.place() + "/flocked echo free || echo held";
    try (RandomAccessFile file =
            new RandomAccessFile(stage.place().resolve("locked").toFile(), "rw");
        FileChannel channel = file.getChannel()) {
      assertThat(channel.tryLock()).isNull();
      assertThat(Stage.said(stage.start("sh", "-c", second))).isEqualTo("held\n");
      deputy.exit(0);
      other.exit(0);
      assertThat(channel.tryLock()).isNotNull();
      assertThat(Stage.said(stage.start("sh", "-c", second))).isEqualTo("free\n");
    }
  }

  private static void await(String command, Process process) {
    org.awaitility.Awaitility.await().until(() -> Proc.command(Stage.pid(process)).equals(command));
  }

  @Test
  void aPeerNoticesNothing() throws Exception {
    Process jvm = stage.java(Holding.class, "" + stage.place());
    try (Socket peer = connect(jvm)) {
      peer.setSoTimeout(10_000);
      peer.getOutputStream().write('a');
      assertThat(peer.getInputStream().read()).isEqualTo('a');
      Stage.stop(Stage.pid(jvm));
      send(peer, "while it was stopped, ");
      Deputy deputy = stage.deputyOf(Stage.pid(jvm));
      send(peer, "and while it was away");
      Heard.of(deputy);
      Map<Integer, InternetSocket> sockets = deputy.descriptors().sockets();
      int connection =
          sockets.entrySet().stream()
              .filter(socket -> socket.getValue().state().equals("ESTABLISHED"))
              .findFirst()
              .orElseThrow()
              .getKey();
      try (OwnDescriptor duplicate = deputy.descriptors().socket(connection)) {
        String expected = "while it was stopped, and while it was away";
        assertThat(Native.read(duplicate, expected.length())).isEqualTo(expected);
        Native.write(duplicate, "answer");
        assertThat(peer.getInputStream().readNBytes(6)).isEqualTo("answer".getBytes());
      }
      // A duplicate more or less changes nothing: the deputy holds it.
      peer.setSoTimeout(200);
      assertThatThrownBy(() -> peer.getInputStream().read())
          .isInstanceOf(java.net.SocketTimeoutException.class);
      deputy.descriptors().closeSilently(connection);
      assertThatThrownBy(() -> peer.getInputStream().read())
          .isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void aConnectionThatIsGivenUpEnds() throws Exception {
    Process jvm = stage.java(Holding.class, "" + stage.place());
    try (Socket peer = connect(jvm)) {
      peer.getOutputStream().write('a');
      assertThat(peer.getInputStream().read()).isEqualTo('a');
      Deputy deputy = stage.deputyOf(Stage.pid(jvm));
      Heard.of(deputy);
      for (var socket : deputy.descriptors().sockets().entrySet())
        if (!socket.getValue().listening())
          assertThat(deputy.closeDescriptor(socket.getKey()).get()).isZero();
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Whatever else this machine does may make each of them slower, and none of them quicker. */
  @Test
  void thousandsOfDescriptorsTakeMilliseconds() throws Exception {
    double least = Double.MAX_VALUE;
    for (int round = 0; round < 5; round++) least = Math.min(least, millisOf(5000));
    System.out.printf("5000 descriptors: %.0f ms%n", least);
    assertThat(least).isLessThan(500);
  }

  private double millisOf(int descriptors) throws Exception {
    int pid = Stage.pid(stage.inState("closing", "" + descriptors));
    Stage.stop(pid);
    Map<Integer, String> before = descriptors(pid);
    long start = System.nanoTime();
    Deputy deputy = stage.own(stage.birth().ofStopped(pid, "task" + pid, 1, SignalsBefore.NONE));
    Heard.of(deputy);
    double millis = (System.nanoTime() - start) / 1e6;
    assertThat(before).hasSizeGreaterThan(descriptors);
    assertThat(held(deputy)).isEqualTo(before);
    return millis;
  }

  @ParameterizedTest
  @ValueSource(strings = {"leaderless", "trapless", "unwritable-code"})
  void whateverItsState(String state) throws Exception {
    Process process = stage.inState(state);
    int pid = Stage.pid(process);
    Stage.stop(pid);
    List<Integer> threads = Proc.threads(pid);
    Map<Integer, String> before = descriptors(threads.get(threads.size() - 1));
    Deputy deputy = stage.deputyOf(pid);
    Heard.of(deputy);
    assertThat(held(deputy)).isEqualTo(before);
    deputy.exit(9);
    assertThat(process.waitFor()).isEqualTo(9);
  }

  private static Map<Integer, String> held(Deputy deputy) {
    Map<Integer, String> held = new TreeMap<>();
    for (Descriptor one : deputy.descriptors().all()) held.put(one.number(), identity(one));
    return held;
  }

  private static Socket connect(Process jvm) throws IOException {
    String port = jvm.inputReader().readLine();
    return new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }

  private static void send(Socket peer, String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Map<Integer, String> descriptors(int pid) {
    Map<Integer, String> all = new TreeMap<>();
    for (Descriptor held : Descriptor.of(pid)) all.put(held.number(), identity(held));
    return all;
  }

  private static String identity(Descriptor held) {
    return held.target()
        + " "
        + held.position()
        + " "
        + held.status().map(status -> status.device() + ":" + status.inode()).orElse("");
  }

  private static int kilobytes(int pid, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
