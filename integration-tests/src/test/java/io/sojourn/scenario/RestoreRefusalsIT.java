package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sojourn.engine.image.ManifestSeal;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Echoes;
import io.sojourn.victim.Ending;
import io.sojourn.victim.OpenFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Images and places that a task cannot go on from, or not yet: said so, and nothing is touched. */
class RestoreRefusalsIT {
  @RegisterExtension static final Node node = Node.shared();

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aDamagedImage() throws IOException {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    Path image = imageOf(subject.freeze().done());
    // The first are the control block.
    Path pages = image.resolve("pages-2.img.lz4");
    for (long at : new long[] {0, Files.size(pages) / 2, Files.size(pages) - 1}) {
      flip(pages, at);
      node.ckpt("verify", image.toString()).refused("pages-2.img.lz4");
      subject.restore().refused("pages-2.img.lz4");
      assertThat(subject.lives()).isFalse();
      flip(pages, at);
    }
    flip(image.resolve("core-" + subject.pid() + ".img"), 20);
    subject.restore().refused("core-" + subject.pid() + ".img");
    flip(image.resolve("core-" + subject.pid() + ".img"), 20);
    truncated(subject, image, pages);
    node.ckpt("verify", image.toString()).done();
    subject.restore().done();
    assertThat(subject.ask("still")).isEqualTo("here");
  }

  private static void truncated(Subject subject, Path image, Path pages) throws IOException {
    Path whole = image.resolveSibling("whole");
    Files.copy(pages, whole);
    try (RandomAccessFile file = new RandomAccessFile(pages.toFile(), "rw")) {
      file.setLength(file.length() - 4096);
    }
    subject.restore().refused("pages-2.img.lz4");
    assertThat(subject.lives()).isFalse();
    Files.move(whole, pages, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 0x10);
    }
  }

  @Test
  void anotherMachine() throws IOException {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    Path image = imageOf(subject.freeze().done());
    refusedWith(
        subject,
        image,
        machine -> ((ArrayNode) machine.get("cpuFeatures")).add("avx512_of_tomorrow"),
        "avx512_of_tomorrow");
    refusedWith(subject, image, machine -> machine.put("kernel", "99.1.0"), "Linux 99.1.0");
    refusedWith(subject, image, machine -> machine.put("architecture", "riscv64"), "riscv64");
    subject.restore().done();
    assertThat(subject.ask("still")).isEqualTo("here");
  }

  private static void refusedWith(
      Subject subject, Path image, Consumer<ObjectNode> change, String named) throws IOException {
    Path manifest = image.resolve("manifest.json");
    byte[] before = Files.readAllBytes(manifest);
    ObjectNode json = (ObjectNode) JSON.readTree(before);
    change.accept((ObjectNode) json.get("machine"));
    JSON.writeValue(manifest.toFile(), json);
    ManifestSeal.write(image);
    subject.restore().refused(named);
    Files.write(manifest, before);
    ManifestSeal.write(image);
  }

  @Test
  void aNumberThatIsTaken() throws Exception {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    subject.freeze().done();
    Process squatter = squat(subject.pid());
    try {
      subject.restore().refused(String.valueOf(subject.pid()), "sleep", "--clone");
    } finally {
      squatter.destroyForcibly().waitFor();
    }
    subject.restore().done();
    assertThat(subject.ask("still")).isEqualTo("here");
  }

  /** Starts processes until one has this number. */
  private static Process squat(int pid) throws Exception {
    Path last = Path.of("/proc/sys/kernel/ns_last_pid");
    String before = Files.readString(last);
    try {
      for (int tries = 0; tries < 200; tries++) {
        Files.writeString(last, String.valueOf(pid - 1));
        Process process = new ProcessBuilder("sleep", "1000").start();
        if (process.pid() == pid) return process;
        process.destroyForcibly().waitFor();
      }
      throw new AssertionError("the number " + pid + " was never given out");
    } finally {
      // So that nobody gets the numbers of the task's threads.
      Files.writeString(last, before.strip());
    }
  }

  @Test
  void filesThatAreNotAsTheyWere() throws IOException {
    Subject subject = node.subject(Jdk.newest(), OpenFiles.class).start();
    subject.ask("check");
    subject.freeze().done();
    Path home = subject.home(), away = home.resolve("away");

    Files.move(home.resolve("read.dat"), away);
    subject.restore().refused("read.dat", "missing");
    Files.move(away, home.resolve("read.dat"));

    long size = Files.size(home.resolve("random.dat"));
    Files.write(home.resolve("random.dat"), new byte[100], StandardOpenOption.APPEND);
    subject.restore().refused("random.dat", "grown", "truncate -s " + size);
    try (RandomAccessFile file = new RandomAccessFile(home.resolve("random.dat").toFile(), "rw")) {
      file.setLength(size);
    }
    flip(home.resolve("mapped.dat"), 5000);
    subject.restore().refused("mapped.dat", "another content", "--accept-changed-files");
    flip(home.resolve("mapped.dat"), 5000);

    // A log that somebody else appended to meanwhile is no obstacle.
    Files.writeString(home.resolve("append.log"), "beside\n", StandardOpenOption.APPEND);
    subject.restore().done();
    assertThat(subject.ask("check")).isEqualTo("1");
    assertThat(Files.readAllLines(home.resolve("append.log"))).containsExactly("0", "beside", "1");
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    Subject subject = node.subject(Jdk.newest(), Echoes.class).start();
    int port = Integer.parseInt(subject.ask("blocking"));
    subject.freeze().done();
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      subject.restore().refused(String.valueOf(other.getLocalPort()), "taken");
    }
    subject.restore().done();
    assertThat(subject.ask("failure")).isEqualTo("null");
  }

  @Test
  void aSecondLifeBesideTheFirst() {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    Answer frozen = subject.freeze().done();
    subject.restore().done();
    node.ckpt("restore", frozen.image()).refused(subject.name(), "--clone");
    assertThat(subject.ask("still")).isEqualTo("here");
  }

  private static Path imageOf(Answer frozen) {
    return Path.of(frozen.json().at("/directory").asText());
  }
}
