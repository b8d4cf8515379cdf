package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Streams;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A task goes to another node and home again. The nodes have networks of their own, and on the
 * other one nothing of the first one's directory exists.
 */
@Timeout(180)
class MoveIT {
  private static Road road;
  private static Node a;
  private static Node b;

  @BeforeAll
  static void machines() throws Exception {
    road = new Road("sojourn-mv");
    a = road.a();
    b = road.b();
  }

  @AfterAll
  static void end() throws Exception {
    if (road != null) road.close();
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aTaskGoesAndComesHomeTwice(Jdk jdk) throws Exception {
    try (ServerSocket server = road.listen();
        Subject task = road.start(jdk, server)) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      goAndComeHomeTwice(task, peer);
      peer.settle(task);
    }
  }

  @Test
  void aUsersTaskGoesAndComesHomeTwice() throws Exception {
    try (ServerSocket server = road.listen();
        Subject task =
            road.start(
                Jdk.newest(),
                server,
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups")) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      goAndComeHomeTwice(task, peer);
      peer.settle(task);
      assertThat(Files.getOwner(task.home().resolve("lines")).getName()).isEqualTo("nobody");
    }
  }

  private static void goAndComeHomeTwice(Subject task, Peer peer) throws Exception {
    int pid = task.pid();
    for (int round = 0; round < 2; round++) {
      a.ckpt("migrate", task.name(), "b").done();
      assertThat(Proc.command(pid)).isEqualTo("ckpt-deputy");
      assertThat(road.where(task)).isEqualTo("b");
      peer.goesOn();
      assertThat(task.ask("pid")).isEqualTo("" + pid);
      assertThat(task.ask("line")).isEqualTo("" + (2 * round + 1));
      a.ckpt("migrate", task.name(), "home").done();
      assertThat(road.where(task)).isEqualTo("a");
      peer.goesOn();
      assertThat(task.ask("line")).isEqualTo("" + (2 * round + 2));
      assertThat(task.ask("failure")).isEqualTo("none");
    }
  }

  @Test
  void whatCannotBeRestoredThereRunsOnAtHome() throws Exception {
    try (ServerSocket server = road.listen();
        Subject earlier = road.start(Jdk.newest(), server);
        Socket itsPeer = server.accept();
        Subject task = road.start(Jdk.newest(), server)) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      int pid = task.pid();
      // Worlds have names after the process that they belong to, which an earlier guest has made.
      a.ckpt("migrate", earlier.name(), "b").done();
      a.ckpt("migrate", earlier.name(), "home").done();
      assertThat(itsPeer.isConnected()).isTrue();
      Path inTheWay =
          b.memory().resolve(".world-%d-%s-2".formatted(b.worldHosts().get(0), road.id(task)));
      Files.createDirectories(inTheWay);
      a.ckpt("migrate", task.name(), "b").failed("an earlier attempt to bring task " + task.name());
      Files.deleteIfExists(inTheWay);
      assertThat(road.where(task)).isEqualTo("a");
      // It has not left: it is its own process still.
      assertThat(Proc.command(pid)).isEqualTo("java");
      peer.goesOn();
      a.ckpt("migrate", task.name(), "b").done();
      peer.goesOn();
      assertThat(road.where(task)).isEqualTo("b");
      assertThat(task.ask("failure")).isEqualTo("none");
      // The shell's child is the deputy; who kills it kills the task.
      new ProcessBuilder("kill", "-9", "" + pid).start().waitFor();
      task.reads("status", "status 137");
      await().untilAsserted(() -> assertThat(Files.list(b.memory())).isEmpty());
    }
  }

  @Test
  void othersMayWriteToItsFilesMeanwhile() throws Exception {
    try (ServerSocket server = road.listen();
        Subject task = road.start(Jdk.newest(), server)) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      // At all times, so that the file has another length whenever CRIU looks at it.
      Path lines = task.home().resolve("lines");
      Process other =
          new ProcessBuilder(
                  "sh", "-c", "while sleep 0.01; do echo other >> \"$0\"; done", "" + lines)
              .start();
      try {
        a.ckpt("migrate", task.name(), "b").done();
        peer.goesOn();
        a.ckpt("migrate", task.name(), "home").done();
        peer.goesOn();
      } finally {
        other.destroy();
        other.waitFor();
      }
      peer.finish();
      int count = Integer.parseInt(task.ask("finish").split(" ")[2]);
      assertThat(Files.readAllLines(lines))
          .contains("other")
          .filteredOn(line -> !line.equals("other"))
          .isEqualTo(IntStream.rangeClosed(1, count).mapToObj(n -> "" + n).toList());
    }
  }

  @Test
  void aSignalReachesItWhereverItIs() throws Exception {
    try (ServerSocket server = road.listen();
        Subject task = road.start(Jdk.newest(), server)) {
      new Peer(server.accept()).goesOn();
      a.ckpt("migrate", task.name(), "b").done();
      new ProcessBuilder("kill", "-TERM", "" + task.pid()).start().waitFor();
      // A JVM ends of it in good order, with 128 and its number.
      task.reads("status", "status 143");
      await().untilAsserted(() -> assertThat(Files.list(b.memory())).isEmpty());
    }
  }

  @Test
  void pipesGoOnThroughHome() throws Exception {
    String inPipe =
        """
        exec nsenter --target "$0" --net --mount sh -c '
          cd "$0"; : >> in
          tail -f -n +1 in | "$@" 2>> out | { cat >> piped; echo over >> seen; }' "$PWD" "$@"
        """;
    try (Subject task =
        a.subject(Jdk.newest(), Streams.class).by("sh", "-c", inPipe, "" + a.daemonPid()).start()) {
      List<String> expected = new ArrayList<>();
      for (int round = 0; round < 4; round++) {
        type(task, "before " + round);
        task.ask("said " + round);
        expected.add("read before " + round);
        expected.add("out said " + round);
        task.reads("piped", "read before " + round);
        a.ckpt("migrate", task.name(), round % 2 == 0 ? "b" : "home").done();
      }
      type(task, "the last");
      task.reads("piped", "read the last");
      expected.add("read the last");
      assertThat(task.read("piped").lines()).containsExactlyInAnyOrderElementsOf(expected);
      // Nobody else has an end of its pipe.
      new ProcessBuilder("kill", "-TERM", "" + task.pid()).start().waitFor();
      task.reads("seen", "over");
    }
  }

  @Test
  void aTerminalGoesOnThroughHome() throws Exception {
    try (Subject task = road.inTerminal(Jdk.newest(), Streams.class).start()) {
      BufferedWriter keyboard = task.firstLife().outputWriter();
      for (int round = 0; round < 4; round++) {
        keyboard.write("typed " + round + "\n");
        keyboard.flush();
        task.reads("seen", "read typed " + round + "\r\n");
        a.ckpt("migrate", task.name(), round % 2 == 0 ? "b" : "home").done();
      }
      keyboard.write("the last\n");
      keyboard.flush();
      task.reads("seen", "read the last\r\n");
      assertThat(task.read("seen")).doesNotContain("end of stdin");
    }
  }

  private static void type(Subject task, String line) throws IOException {
    Files.writeString(task.home().resolve("in"), line + "\n", StandardOpenOption.APPEND);
  }

  @Test
  void whereItCannotGoItIsNotTouched() throws Exception {
    try (ServerSocket server = road.listen();
        Subject task = road.start(Jdk.newest(), server)) {
      Peer peer = new Peer(server.accept());
      a.ckpt("migrate", task.name(), "nowhere").notFound("nowhere");
      a.ckpt("migrate", task.name(), "home").refused("on node a already");
      peer.goesOn();
      assertThat(Proc.command(task.pid())).isEqualTo("java");
    }
  }
}
