package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Streams;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Home's daemon is killed while a task that is away reads from a pipe and writes to another, or to
 * a terminal: the next daemon goes on at the byte.
 */
@Timeout(180)
class PipesOverDeathIT {
  private static final int DEATHS = 3;

  private static Road road;
  private static Node a;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-pd");
    a = road.a();
  }

  @AfterAll
  static void end() throws Exception {
    if (road != null) road.close();
  }

  private static void dies() throws Exception {
    a.killDaemon();
    a.startDaemon();
    road.awaitUp();
  }

  @Test
  void eachLineComesOnce() throws Exception {
    String inPipe =
        """
        exec nsenter --target "$0" --net --mount sh -c '
          cd "$0"; : >> in
          tail -f -n +1 in | "$@" 2>> out | cat >> piped' "$PWD" "$@"
        """;
    try (Subject task =
        a.subject(Jdk.newest(), Streams.class).by("sh", "-c", inPipe, "" + a.daemonPid()).start()) {
      a.ckpt("migrate", task.name(), "b").done();
      AtomicInteger typed = new AtomicInteger();
      AtomicBoolean enough = new AtomicBoolean();
      Thread typing = new Thread(() -> type(task.home().resolve("in"), typed, enough));
      typing.start();
      for (int death = 0; death < DEATHS; death++) {
        task.reads("piped", "read line " + typed.get());
        dies();
      }
      task.reads("piped", "read line " + typed.get());
      enough.set(true);
      typing.join();
      task.reads("piped", "read line " + (typed.get() - 1) + "\n");
      a.ckpt("migrate", task.name(), "home").done();
      List<String> all =
          IntStream.range(0, typed.get()).mapToObj(number -> "read line " + number).toList();
      assertThat(task.read("piped").lines().toList()).isEqualTo(all);
    }
  }

  private static void type(Path in, AtomicInteger typed, AtomicBoolean enough) {
    try (BufferedWriter to = Files.newBufferedWriter(in)) {
      while (!enough.get()) {
        to.write("line " + typed.get() + "\n");
        to.flush();
        typed.incrementAndGet();
        Thread.sleep(2);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void itsTerminalGoesOn() throws Exception {
    try (Subject task = road.inTerminal(Jdk.newest(), Streams.class).start()) {
      BufferedWriter keyboard = task.firstLife().outputWriter();
      a.ckpt("migrate", task.name(), "b").done();
      for (int death = 0; death < DEATHS; death++) {
        keyboard.write("typed " + death + "\n");
        keyboard.flush();
        task.reads("seen", "read typed " + death + "\r\n");
        dies();
        task.ask("said " + death);
        task.reads("seen", "out said " + death + "\r\n");
      }
      keyboard.write("the last\n");
      keyboard.flush();
      task.reads("seen", "read the last\r\n");
      a.ckpt("migrate", task.name(), "home").done();
      keyboard.write("at home\n");
      keyboard.flush();
      task.reads("seen", "read at home\r\n");
      assertThat(task.read("seen")).doesNotContain("end of stdin");
      assertThat(task.read("seen").split("read typed 1", -1)).hasSize(2);
      assertThat(task.read("seen").split("out said 1", -1)).hasSize(2);
    }
  }
}
