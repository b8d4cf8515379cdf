package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.LoopDisk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Diary;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.core.TerminalFailureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that is killed and restored from a checkpoint finds its files as it knows them. */
class RollbackIT {
  @RegisterExtension static final Node node = new Node();

  private static final int KILLS =
      Integer.getInteger("sojourn.kills", Boolean.getBoolean("sojourn.soak") ? 200 : 3);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final long seed = Long.getLong("sojourn.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void filesGoBackAndWhatTheyHeldIsKept() throws Exception {
    Subject task = start(Jdk.newest(), node.home());
    Path log = file(task, "diary.log"), table = file(task, "table.dat");
    rounds(task, 20);
    Answer made = node.ckpt("checkpoint", task.name()).done();
    assertThat(phases(made)).contains("copy files", "dump", "remember files");
    node.ckpt("verify", made.image()).done();
    rounds(task, 20);
    Object inode = Files.getAttribute(log, "unix:ino"),
        other = Files.getAttribute(table, "unix:ino");
    kill(task);
    List<String> written = Files.readAllLines(log);
    byte[] held = Files.readAllBytes(table);

    Answer restored = task.restore().done();
    assertThat(phases(restored)).contains("roll back files");
    task.ask("check");
    assertThat(Files.getAttribute(log, "unix:ino")).isEqualTo(inode);
    assertThat(Files.getAttribute(table, "unix:ino")).isEqualTo(other);

    JsonNode one = rolledBack(task).get(0);
    assertThat(one.path("image").asText()).isEqualTo(made.image());
    assertThat(one.path("done").asBoolean()).isTrue();
    JsonNode ofLog = of(log, one);
    assertThat(ofLog.path("what").asText()).isEqualTo("grown");
    List<String> tail = Files.readAllLines(Path.of(ofLog.path("kept").asText()));
    assertThat(written).endsWith(tail.toArray(String[]::new));
    assertThat(tail).hasSizeGreaterThanOrEqualTo(20);
    assertThat(of(table, one).path("what").asText()).isEqualTo("changed");
    assertThat(Files.readAllBytes(Path.of(of(table, one).path("kept").asText()))).isEqualTo(held);
    node.ckpt("rm", one.path("name").asText()).done();
    assertThat(rolledBack(task)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"here", "ext4", "xfs", "btrfs"})
  void memoryAndFilesAgreeAfterEachKill(String fileSystem) throws Exception {
    try (LoopDisk disk = fileSystem.equals("here") ? null : LoopDisk.of(fileSystem)) {
      Subject task = start(Jdk.newest(), disk == null ? node.home() : disk.path());
      try {
        for (int kill = 0; kill < KILLS; kill++) {
          Answer made = node.ckpt("checkpoint", task.name()).done();
          Thread.sleep(random.nextInt(300));
          kill(task);
          task.restore().done();
          long round = Long.parseLong(task.ask("check"));
          rounds(task, 3);
          assertThat(Long.parseLong(task.ask("check"))).isGreaterThan(round);
          if (kill > 0) node.ckpt("rm", made.image()).done();
        }
      } finally {
        task.close();
        // All of its threads have let go of the disk when its parent has collected it.
        await().atMost(PATIENCE).until(() -> !Proc.exists(task.pid()));
      }
    } catch (Exception | AssertionError failed) {
      throw new AssertionError("seed " + seed, failed);
    }
  }

  /** What CRIU does by itself: it takes no file that has another length. */
  @Test
  void plainCriuCannot() throws Exception {
    Path place = Files.createDirectory(node.home().resolve("plain"));
    Subject task = node.subject(Jdk.newest(), Diary.class).withoutAgent().start(place.toString());
    rounds(task, 5);
    Path image = Files.createDirectory(node.home().resolve("plain-image"));
    String pid = String.valueOf(task.pid());
    assertThat(criu("dump", "-D", image.toString(), "-t", pid, "--leave-running", "--shell-job"))
        .isEmpty();
    rounds(task, 5);
    kill(task);
    assertThat(criu("restore", "-D", image.toString(), "-d", "--shell-job"))
        .contains("has bad size");
    assertThat(task.lives()).isFalse();
  }

  @Test
  void whatIsSaidOfAFileHolds() throws Exception {
    Subject task = start(Jdk.newest(), node.home(), "files=" + "/**/table.dat:keep");
    rounds(task, 10);
    node.ckpt("checkpoint", task.name(), "--files=/**/journal.dat:fail").done();
    rounds(task, 10);
    kill(task);
    task.restore().refused("journal.dat", "has changed", "--files=");
    assertThat(rolledBack(task)).isEmpty();
    // Of another length than the image says, and taken as it is.
    task.restore("--files=/**/journal.dat:keep").done();
    task.ask("round");
    JsonNode one = rolledBack(task).get(0);
    assertThat(one.path("files").findValuesAsText("path"))
        .contains(file(task, "diary.log").toString())
        .doesNotContain(file(task, "table.dat").toString(), file(task, "journal.dat").toString());
  }

  @Test
  void tooMuchIsRefusedWithTheMend() throws Exception {
    Subject task = start(Jdk.newest(), node.home());
    Path volume = task.home().resolve("diary/volume");
    byte[] noise = new byte[3 << 20];
    random.nextBytes(noise);
    Files.write(volume.resolve("large"), noise);
    node.ckpt("checkpoint", task.name(), "--files-limit=2M")
        .refused("large", "2 MiB", "--files-limit=", ":keep");
    task.ask("check");
    node.ckpt("checkpoint", task.name(), "--files-limit=2M", "--files=/**/large:keep").done();
    Files.delete(volume.resolve("large"));
    task.ask("check");
  }

  @Test
  void aLogThatWasReplacedIsNotCut() throws Exception {
    Subject task = start(Jdk.newest(), node.home());
    rounds(task, 10);
    node.ckpt("checkpoint", task.name()).done();
    kill(task);
    Path log = file(task, "diary.log"), rotated = file(task, "diary.log.1");
    Files.move(log, rotated);
    Files.writeString(log, "not a line of the diary's\n".repeat(100));
    task.restore().refused("diary.log", "is not the file that the task appended to");
    assertThat(Files.size(log)).isEqualTo(2600);
    Files.delete(log);
    Files.move(rotated, log);
    task.restore().done();
    task.ask("check");
  }

  @Test
  void aFlippedBitIsNotPutBack() throws Exception {
    Subject task = start(Jdk.newest(), node.home());
    rounds(task, 10);
    Answer made = node.ckpt("checkpoint", task.name()).done();
    rounds(task, 10);
    kill(task);
    byte[] held = Files.readAllBytes(file(task, "table.dat"));
    Path member =
        Path.of(made.json().path("directory").asText()).resolve(memberOf(task, made, "table.dat"));
    flip(member);
    node.ckpt("verify", made.image()).refused(member.getFileName().toString());
    task.restore().refused("damaged");
    assertThat(Files.readAllBytes(file(task, "table.dat"))).isEqualTo(held);
    flip(member);
    task.restore().done();
    task.ask("check");
  }

  /** What is put back anew, and what is moved aside, below a volume. */
  @Test
  void aVolumeIsAsItWas() throws Exception {
    Subject task = start(Jdk.newest(), node.home());
    Path volume = file(task, "volume");
    Path link = Files.createSymbolicLink(volume.resolve("link"), Path.of("state"));
    Path deep = Files.createDirectories(volume.resolve("deep/er"));
    Path still = Files.writeString(deep.resolve("still"), "still");
    node.ckpt("checkpoint", task.name()).done();
    kill(task);
    Files.delete(still);
    Files.delete(deep);
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("elsewhere"));
    Path since = Files.createDirectory(volume.resolve("since"));
    Files.writeString(since.resolve("new"), "new");
    task.restore().done();
    task.ask("check");
    assertThat(still).hasContent("still");
    assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("state"));
    assertThat(since).doesNotExist();
    JsonNode one = rolledBack(task).get(0);
    assertThat(Path.of(of(since.resolve("new"), one).path("kept").asText())).hasContent("new");
  }

  /** Its files are its user's; but its output was opened by root. */
  @Test
  void aTaskOfAnOrdinaryUser() throws Exception {
    Path place = Files.createTempDirectory(node.home(), "diary-");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path volume = Files.createDirectory(place.resolve("volume"));
    Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwxrwxrwx"));
    Subject task =
        node.subject(Jdk.newest(), Diary.class)
            .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
            .agent("volumes=" + volume)
            .start(place.toString());
    rounds(task, 10);
    node.ckpt("checkpoint", task.name()).done();
    long size = Files.size(task.home().resolve("out"));
    kill(task);
    Files.writeString(task.home().resolve("out"), "later", StandardOpenOption.APPEND);
    task.restore().done();
    task.ask("check");
    assertThat(Files.size(task.home().resolve("out"))).isEqualTo(size);
    assertThat(Files.getAttribute(volume.resolve("state"), "unix:uid")).isEqualTo(65534);

    // What its user may not read is none of its volumes.
    Files.createDirectory(node.home().resolve("closed"));
    Files.setPosixFilePermissions(
        node.home().resolve("closed"), PosixFilePermissions.fromString("rwx------"));
    node.ckpt("checkpoint", task.name(), "--volumes=" + node.home().resolve("closed"))
        .refused("closed", "cannot be read");
    task.ask("check");
  }

  /** At any moment of a restore: the next one goes on. */
  @Test
  void aDaemonThatDiesWhileItPutsFilesBack() throws Exception {
    Subject task = start(Jdk.newest(), node.home());
    rounds(task, 10);
    node.ckpt("checkpoint", task.name()).done();
    for (int after = 0; after < 400; after += 80) {
      rounds(task, 10);
      kill(task);
      Node.Running restore = node.ckptInBackground("restore", task.name());
      Thread.sleep(after);
      node.killDaemon();
      node.await(restore);
      node.startDaemon();
      // It may have come to life all the same; and what was made of it may be ending still.
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                Answer again = task.restore();
                return again.status() == 0
                    || again.toString().contains("runs already") && answers(task);
              });
      task.ask("check");
    }
  }

  /** One that is being ended does not. */
  private static boolean answers(Subject task) {
    try {
      return task.ask("pid").equals("" + task.pid());
    } catch (TerminalFailureException ended) {
      return false;
    }
  }

  private static Subject start(Jdk jdk, Path below, String... options) throws IOException {
    Subject.Builder builder = node.subject(jdk, Diary.class);
    Path place = Files.createTempDirectory(below, "diary-");
    List<String> all = new ArrayList<>(List.of(options));
    all.add("volumes=" + place.resolve("volume"));
    Subject task = builder.agent(String.join(",", all)).start(place.toString());
    Files.createSymbolicLink(task.home().resolve("diary"), place);
    return task;
  }

  private static Path file(Subject task, String name) throws IOException {
    return task.home().resolve("diary").toRealPath().resolve(name);
  }

  private static void rounds(Subject task, int more) {
    long now = Long.parseLong(task.ask("round"));
    await().atMost(PATIENCE).until(() -> Long.parseLong(task.ask("round")) >= now + more);
  }

  private static void kill(Subject task) {
    int process = task.process();
    Signals.send(process, Signals.KILL);
    // Its parent is to have collected it: the number is needed again.
    await().atMost(PATIENCE).until(() -> !Proc.exists(process));
  }

  private static JsonNode rolledBack(Subject task) {
    return node.ckpt("images", "--rolled-back", task.name()).done().json().path("rolledBack");
  }

  private static List<String> phases(Answer answer) {
    return answer.json().path("phases").findValuesAsText("name");
  }

  private static JsonNode of(Path path, JsonNode rolledBack) {
    for (JsonNode file : rolledBack.path("files"))
      if (file.path("path").asText().equals(path.toString())) return file;
    throw new AssertionError(path + " is not in " + rolledBack);
  }

  private static String memberOf(Subject task, Answer made, String file) throws IOException {
    JsonNode manifest = node.ckpt("inspect", made.image()).done().json();
    for (JsonNode one : manifest.findPath("remembered"))
      if (one.path("path").asText().equals(file(task, file).toString()))
        return one.path("member").asText();
    throw new AssertionError(file + " is not in " + manifest);
  }

  private static void flip(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      int old = bytes.read();
      bytes.seek(0);
      bytes.write(old ^ 0x10);
    }
  }

  /** What it says where it fails; "" where it does not. */
  private static String criu(String verb, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(node.state().resolve("criu/criu").toString(), verb));
    command.addAll(List.of(options));
    command.addAll(
        List.of("--tcp-established", "--ext-unix-sk", "--file-locks", "--link-remap", "-v1"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    return process.waitFor() == 0 ? "" : said;
  }
}
