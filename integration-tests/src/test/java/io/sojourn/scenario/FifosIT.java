package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.FifoEnds;
import io.sojourn.victim.Streams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipes with a name, whose other ends stay with others: each line comes once, and the end last. */
@Timeout(120)
class FifosIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  private final List<String> expected = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void overAFreeze(boolean withDeputy) throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Streams.class).onFifos().start();
    if (withDeputy) task.keepHome();
    for (int round = 0; round < 2; round++) {
      hears(task, "before " + round);
      saysUnread(task, "unread " + round);
      String image = task.freeze().done().image();
      type(task, "frozen " + round);
      task.restore().done();
      readerGoesOn(task);
      heard(task, "frozen " + round);
      nodes.home().ckpt("rm", image).done();
    }
    ends(task);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void away(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, Streams.class).onFifos().start();
    hears(task, "at home");
    for (int round = 0; round < 2; round++) {
      saysUnread(task, "unread when it left " + round);
      nodes.out(task);
      readerGoesOn(task);
      hears(task, "away " + round);
      saysUnread(task, "unread when it came home " + round);
      nodes.back(task);
      readerGoesOn(task);
      hears(task, "home again " + round);
    }
    nodes.out(task);
    ends(task);
  }

  @Test
  void openBothWaysItStaysAtHome() {
    Subject task =
        nodes
            .subject(Jdk.newest(), Streams.class)
            .by("sh", "-c", "mkfifo commands; exec \"$@\" 0<> commands", "sh")
            .start();
    Answer refused = nodes.home().ckpt("migrate", task.name(), "b");
    refused.refused("the FIFO " + task.home().resolve("commands"), "for reading and for writing");
    assertThat(task.ask("here")).isEqualTo("here");
  }

  private static Path fifo(Subject task) throws Exception {
    Path fifo = task.home().resolve("fifo");
    sh("mkfifo -m 666 " + fifo);
    return fifo;
  }

  /** At home: nobody of the test's own threads may wait for who does not come. */
  private static String sh(String command) throws Exception {
    Process shell = new ProcessBuilder("timeout", "20", "sh", "-c", command).start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(command).isZero();
    return said;
  }

  @Test
  void awayItMeetsWhoIsAtHome() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), FifoEnds.class).start();
    Path fifo = fifo(task);
    nodes.out(task);
    for (int round = 0; round < 3; round++) {
      task.ask("read in " + fifo);
      Thread.sleep(200);
      assertThat(task.ask("now in")).isEqualTo("null");
      sh("echo hello " + round + " > " + fifo);
      for (String line : List.of("open", "hello " + round, "end"))
        assertThat(task.ask("line in")).isEqualTo(line);
      task.ask("write out " + fifo);
      Thread.sleep(200);
      assertThat(task.ask("opened out")).isEqualTo("false");
      Process reader = new ProcessBuilder("timeout", "20", "cat", "" + fifo).start();
      task.ask("say out hi" + round);
      task.ask("close out");
      assertThat(new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("hi" + round + "\n");
    }
    nodes.back(task);
    assertThat(task.ask("read in " + fifo)).isEqualTo("begun");
    sh("echo home > " + fifo);
    for (String line : List.of("open", "home", "end"))
      assertThat(task.ask("line in")).isEqualTo(line);
  }

  @Test
  void awayItMeetsItself() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), FifoEnds.class).start();
    Path fifo = fifo(task);
    nodes.out(task);
    task.ask("read in " + fifo);
    Thread.sleep(200);
    task.ask("write out " + fifo);
    task.ask("say out hello");
    task.ask("close out");
    for (String line : List.of("open", "hello", "end"))
      assertThat(task.ask("line in")).isEqualTo(line);
  }

  @Test
  void whatItHasOpenedAwayComesHomeAndLeavesAgain() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), FifoEnds.class).start();
    Path fifo = fifo(task);
    Path other = task.home().resolve("other");
    sh("mkfifo -m 666 " + other);
    nodes.out(task);
    task.ask("read in " + fifo);
    task.ask("write out " + other);
    try (OutputStream to = Files.newOutputStream(fifo);
        BufferedReader from = Files.newBufferedReader(other)) {
      assertThat(task.ask("line in")).isEqualTo("open");
      for (int round = 0; round < 3; round++) {
        to.write(("line " + round + "\n").getBytes(StandardCharsets.UTF_8));
        if (round == 1) nodes.anotherDaemon(Duration.ZERO);
        assertThat(task.ask("line in")).isEqualTo("line " + round);
        task.ask("say out said" + round);
        assertThat(from.readLine()).isEqualTo("said" + round);
        if (round == 1) nodes.back(task);
        else if (round == 2) nodes.out(task);
      }
      task.ask("close out");
      assertThat(from.readLine()).isNull();
    }
    assertThat(task.ask("line in")).isEqualTo("end");
  }

  /** A FIFO, too: its writer has ended, and the task reads nothing yet. */
  @Test
  void whatWaitsInItGoesAlong() throws Exception {
    Subject task =
        nodes
            .subject(Jdk.newest(), FifoEnds.class)
            .by(
                "sh",
                "-c",
                "mkfifo fifo; (setsid printf 'one\\ntwo\\n' > fifo &) ; exec \"$@\" < fifo",
                "sh")
            .start();
    for (int round = 0; round < 2; round++) {
      nodes.out(task);
      Thread.sleep(300);
      nodes.back(task);
    }
    assertThat(task.ask("stdin")).isEqualTo("one two ");
  }

  /** It is in the middle of open(2) when it leaves and when it comes home. */
  @Test
  void whoWaitsForItMeetsItWhereverItIs() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), FifoEnds.class).start();
    Path fifo = fifo(task);
    task.ask("read in " + fifo);
    nodes.out(task);
    sh("echo away > " + fifo);
    for (String line : List.of("open", "away", "end"))
      assertThat(task.ask("line in")).isEqualTo(line);
    task.ask("read in " + fifo);
    nodes.back(task);
    sh("echo home > " + fifo);
    for (String line : List.of("open", "home", "end"))
      assertThat(task.ask("line in")).isEqualTo(line);
  }

  private static void type(Subject task, String line) throws IOException {
    Files.writeString(task.home().resolve("in"), line + "\n", StandardOpenOption.APPEND);
  }

  private void hears(Subject task, String line) throws IOException {
    type(task, line);
    heard(task, line);
  }

  private void heard(Subject task, String line) {
    task.reads("piped", "read " + line);
    expected.add("read " + line);
  }

  private void saysUnread(Subject task, String line) throws IOException {
    Signals.send(pid(task, "reader"), Signals.STOP);
    task.ask(line);
    expected.add("out " + line);
  }

  private static void readerGoesOn(Subject task) throws IOException {
    Signals.send(pid(task, "reader"), Signals.CONT);
  }

  private static int pid(Subject task, String whose) throws IOException {
    return Integer.parseInt(Files.readString(task.home().resolve(whose)).strip());
  }

  /** Whoever writes to it ends, then it does itself. */
  private void ends(Subject task) throws Exception {
    Signals.send(pid(task, "writer"), Signals.KILL);
    task.reads("piped", "end of stdin");
    expected.add("end of stdin");
    int reader = pid(task, "reader");
    task.close();
    await().until(() -> !Files.exists(Path.of("/proc/" + reader)));
    assertThat(task.read("piped").lines()).containsExactlyElementsOf(expected);
  }
}
