package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Streams;
import io.sojourn.victim.Traveller;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
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
  private static Net net;
  private static Node a;
  private static Node b;
  private static NetworkNamespace peers;

  @BeforeAll
  static void machines() throws Exception {
    net = new Net("sojourn-mv-" + ProcessHandle.current().pid(), 3);
    a = new Node(net.on(1), "--node-name", "a");
    a.begin();
    List<String> elsewhere = new ArrayList<>(net.on(2));
    elsewhere.addAll(
        List.of("unshare", "--mount", "sh", "-c", "mount -t tmpfs none \"$0\" && exec \"$@\""));
    elsewhere.add(a.home().toString());
    b = new Node(elsewhere, "--node-name", "b");
    b.begin();
    String token = a.ckpt("node", "init").done().json().path("token").asText();
    b.ckpt("node", "join", net.address(1), "--token", token).done();
    await().atMost(Duration.ofSeconds(30)).until(() -> sees("b"));
    peers = NetworkNamespace.open(Path.of("/run/netns", net.on(3).get(3)));
  }

  private static boolean sees(String name) {
    for (JsonNode node : a.ckpt("nodes").done().json().path("nodes"))
      if (node.path("name").asText().equals(name)) return node.path("state").asText().equals("up");
    return false;
  }

  @AfterAll
  static void end() throws Exception {
    try {
      for (Node node : new Node[] {b, a}) if (node != null) node.end();
    } finally {
      if (peers != null) peers.close();
      if (net != null) net.close();
    }
  }

  private static final String ENTER =
      """
      exec nsenter --target "$0" --net --mount sh -c '
        cd "$0"; seq 100 > source; exec < /dev/null >> out 2>&1
        "$@"; echo status $? > status' "$PWD" "$@"
      """;

  /** On node a, under a shell that notes how it ended. */
  private static Subject start(Jdk jdk, int port) throws IOException {
    // In the daemon's own mount namespace, of which "ip netns exec" makes one each time.
    return a.subject(jdk, Traveller.class)
        .by("sh", "-c", ENTER, "" + a.daemonPid())
        .start(net.address(3), "" + port);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aTaskGoesAndComesHomeTwice(Jdk jdk) throws Exception {
    try (ServerSocket server =
            peers.call(() -> new ServerSocket(0, 9, InetAddress.getByName(net.address(3))));
        Subject task = start(jdk, server.getLocalPort())) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      int pid = task.pid();
      for (int round = 0; round < 2; round++) {
        a.ckpt("migrate", task.name(), "b").done();
        assertThat(Proc.command(pid)).isEqualTo("ckpt-deputy");
        assertThat(where(task)).isEqualTo("b");
        peer.goesOn();
        assertThat(task.ask("pid")).isEqualTo("" + pid);
        assertThat(task.ask("line")).isEqualTo("" + (2 * round + 1));
        a.ckpt("migrate", task.name(), "home").done();
        assertThat(where(task)).isEqualTo("a");
        peer.goesOn();
        assertThat(task.ask("line")).isEqualTo("" + (2 * round + 2));
        assertThat(task.ask("failure")).isEqualTo("none");
      }
      peer.finish();
      String[] counts = task.ask("finish").split(" ");
      assertThat(peer.counts()).isEqualTo(counts[1] + " " + counts[0]);
      assertThat(Files.readAllLines(task.home().resolve("lines")))
          .isEqualTo(
              IntStream.rangeClosed(1, Integer.parseInt(counts[2])).mapToObj(n -> "" + n).toList());
      task.ask("7");
      task.reads("status", "status 7");
    }
  }

  @Test
  void whatCannotBeRestoredThereRunsOnAtHome() throws Exception {
    try (ServerSocket server =
            peers.call(() -> new ServerSocket(0, 9, InetAddress.getByName(net.address(3))));
        Subject task = start(Jdk.newest(), server.getLocalPort())) {
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      int pid = task.pid();
      Path inTheWay = memory(b).resolve(".world-" + id(task) + "-2");
      Files.createDirectories(inTheWay);
      a.ckpt("migrate", task.name(), "b").failed(inTheWay.toString());
      Files.deleteIfExists(inTheWay);
      assertThat(where(task)).isEqualTo("a");
      assertThat(Proc.command(pid)).isEqualTo("ckpt-deputy");
      peer.goesOn();
      a.ckpt("migrate", task.name(), "b").done();
      peer.goesOn();
      assertThat(where(task)).isEqualTo("b");
      assertThat(task.ask("failure")).isEqualTo("none");
      // The shell's child is the deputy; who kills it kills the task.
      new ProcessBuilder("kill", "-9", "" + pid).start().waitFor();
      task.reads("status", "status 137");
      await().untilAsserted(() -> assertThat(Files.list(memory(b))).isEmpty());
    }
  }

  @Test
  void aSignalReachesItWhereverItIs() throws Exception {
    try (ServerSocket server =
            peers.call(() -> new ServerSocket(0, 9, InetAddress.getByName(net.address(3))));
        Subject task = start(Jdk.newest(), server.getLocalPort())) {
      new Peer(server.accept()).goesOn();
      a.ckpt("migrate", task.name(), "b").done();
      new ProcessBuilder("kill", "-TERM", "" + task.pid()).start().waitFor();
      // A JVM ends of it in good order, with 128 and its number.
      task.reads("status", "status 143");
      await().untilAsserted(() -> assertThat(Files.list(memory(b))).isEmpty());
    }
  }

  @Test
  void pipesGoOnThroughHome() throws Exception {
    String inPipe =
        """
        exec nsenter --target "$0" --net --mount sh -c '
          cd "$0"; : >> in
          tail -f -n +1 in | "$@" 2>> out | cat >> piped' "$PWD" "$@"
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
    }
  }

  @Test
  void aTerminalGoesOnThroughHome() throws Exception {
    // As its own terminal is made outside of the daemon's mount namespace, it is opened anew.
    Path enter = a.home().resolve("enter.sh"), entered = a.home().resolve("entered.sh");
    Files.writeString(
        enter,
        "exec nsenter --target %d --net --mount sh %s \"$PWD\" \"$(tty)\" \"$@\"\n"
            .formatted(a.daemonPid(), entered));
    Files.writeString(
        entered, "cd \"$1\"; exec < \"$2\" > \"$2\" 2>&1; shift 2; \"$@\"; echo status $?\n");
    try (Subject task =
        a.subject(Jdk.newest(), Streams.class).by("sh", enter.toString()).inTerminal().start()) {
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
    try (ServerSocket server =
            peers.call(() -> new ServerSocket(0, 9, InetAddress.getByName(net.address(3))));
        Subject task = start(Jdk.newest(), server.getLocalPort())) {
      Peer peer = new Peer(server.accept());
      a.ckpt("migrate", task.name(), "nowhere").notFound("nowhere");
      a.ckpt("migrate", task.name(), "home").refused("on node a already");
      peer.goesOn();
      assertThat(Proc.command(task.pid())).isEqualTo("java");
    }
  }

  /** Where a node keeps what must not touch a disk. */
  private static Path memory(Node node) {
    return Path.of("/dev/shm/sojourn-" + Integer.toHexString(node.run().toString().hashCode()));
  }

  private static String id(Subject task) {
    return a.ckpt("ps", task.name()).done().json().at("/tasks/0/id").asText();
  }

  private static String where(Subject task) {
    return a.ckpt("ps", task.name()).done().json().at("/tasks/0/node").asText();
  }
}
