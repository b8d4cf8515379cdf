package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Echoes;
import io.sojourn.victim.Ending;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images on the disk: what they tell about a task, and that nothing in them changes unseen. */
class ImagesIT {
  @RegisterExtension static final Node node = new Node();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void tellWhichReceiveWaitsOnWhichConnection(Jdk jdk) throws IOException {
    Subject subject = node.subject(jdk, Echoes.class).start();
    String blocking = "tcp6 127.0.0.1:" + subject.ask("blocking");
    try (Socket peer = peer(subject)) {
      String connection = blocking + " -> 127.0.0.1:" + peer.getLocalPort();
      for (int generation = 0; generation < 3; generation++) {
        // A thread that was just started or restored reads in a moment. One look is a checkpoint.
        await("the thread reads")
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(
                () ->
                    assertThat(waits(subject))
                        .containsEntry("accept", "accept on " + blocking + " (listening)")
                        .containsEntry("read", "read on " + connection)
                        .hasEntrySatisfying("select", ImagesIT::watches)
                        .containsEntry("receive", "recvfrom on udp6 127.0.0.1:" + udp(subject)));
        if (generation == 2) break;
        subject.anotherLife();
        // Beside its deputy, too, where its threads have other numbers than from outside.
        subject.keepHome();
      }
    }
  }

  private static void watches(String waiting) {
    assertThat(waiting).startsWith("epoll_wait on ").contains(" (listening)");
  }

  private static String udp(Subject subject) {
    return subject.ask("udp");
  }

  private static Socket peer(Subject subject) throws IOException {
    Socket peer =
        new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(subject.ask("blocking")));
    peer.setSoTimeout(20_000);
    peer.getOutputStream().write(1);
    assertThat(peer.getInputStream().read()).isOne();
    return peer;
  }

  /** Names of threads, and what {@code inspect} says that each waits for. */
  private static Map<String, String> waits(Subject subject) {
    String image = node.ckpt("checkpoint", subject.name()).done().image();
    Map<String, String> waits = new TreeMap<>();
    for (JsonNode thread : node.ckpt("inspect", image).done().json().at("/threads"))
      waits.put(thread.path("name").asText(), thread.path("waitsFor").asText());
    return waits;
  }

  /** In each file, wherever it is: its first byte, its last, and some between. */
  @Test
  void noByteChangesUnseen() throws IOException {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    Path image = directory(node.ckpt("checkpoint", subject.name()).done());
    Random random = new Random(7);
    for (Path file : files(image)) {
      long size = Files.size(file);
      for (long at : new long[] {0, random.nextLong(size), size - 1}) {
        // The highest makes no text of a text.
        int bit = named(file).equals("manifest") ? 0x80 : 1 << random.nextInt(8);
        flip(file, at, bit);
        node.ckpt("verify", image.toString()).refused("damaged", named(file));
        flip(file, at, bit);
      }
    }
    node.ckpt("verify", image.toString()).done();
  }

  private static String named(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("manifest.json") ? "manifest" : name;
  }

  private static void flip(Path file, long at, int bit) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ bit);
    }
  }

  @Test
  void areNobodyElsesBusiness() throws IOException {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    assertThat(mode(directory(node.ckpt("checkpoint", subject.name()).done())))
        .isEqualTo("rwx------");
    Path elsewhere = subject.home().resolve("elsewhere");
    node.ckpt("checkpoint", subject.name(), "-o", elsewhere.toString()).done();
    assertThat(mode(elsewhere)).isEqualTo("rwx------");
    assertThat(subject.ask("still")).isEqualTo("here");
  }

  @Test
  void anOperationIsALineInTheLog() throws IOException {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    String image = node.ckpt("checkpoint", subject.name()).done().image();
    node.ckpt("verify", image).done();
    node.ckpt("rm", image).done();
    node.ckpt("rm", image).notFound(image);
    subject.freeze("--pause-limit=1ms").failed("--pause-limit");
    String frozen = subject.freeze().done().image();
    subject.restore().done();
    noted("checkpoint " + subject.name(), image);
    noted("verify " + image, image);
    noted("rm " + image, "bytes", "not_found");
    noted("freeze " + subject.name(), "failed", frozen);
    noted("restore " + subject.name(), frozen);
  }

  /** One line for each time that it was done, in which this stands. */
  private static void noted(String operation, String... outcomes) throws IOException {
    List<String> lines =
        node.log().lines().filter(line -> line.contains(operation + " for uid 0: ")).toList();
    assertThat(lines).hasSameSizeAs(outcomes);
    for (int line = 0; line < outcomes.length; line++)
      assertThat(lines.get(line)).contains(outcomes[line]);
  }

  private static List<Path> files(Path image) throws IOException {
    try (Stream<Path> all = Files.list(image)) {
      return all.sorted().toList();
    }
  }

  private static String mode(Path directory) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
  }

  private static Path directory(Answer made) {
    return Path.of(made.json().at("/directory").asText());
  }
}
