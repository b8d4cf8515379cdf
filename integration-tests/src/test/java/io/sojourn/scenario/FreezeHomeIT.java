package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Console;
import io.sojourn.victim.Echoes;
import io.sojourn.victim.OpenFiles;
import io.sojourn.victim.Sockets;
import io.sojourn.victim.Streams;
import io.sojourn.victim.Traveller;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A frozen task keeps its home: number, parent, connections, listeners, pipes, terminal. */
@Timeout(180)
class FreezeHomeIT {
  @RegisterExtension static final Node node = new Node();

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  /** A shell that notes how its child has ended. */
  private static final String[] SHELL = {
    "sh", "-c", "exec < /dev/null >> out 2>&1; \"$@\"; echo status $? > status", "sh"
  };

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void itsPeersAreAnsweredAndItsShellWaits(Jdk jdk) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 9, HERE)) {
      Subject task = traveller(jdk, server);
      Peer peer = new Peer(server.accept());
      for (int generation = 0; generation < 3; generation++) {
        peer.goesOn();
        int before = task.process();
        Answer frozen = task.freeze().done();
        assertThat(frozen.json().path("deputyPid").asInt()).isEqualTo(task.pid());
        assertThat(frozen.json().path("warnings")).isEmpty();
        assertThat(Proc.command(task.pid())).isEqualTo("ckpt-deputy");
        assertThat(state(task)).isEqualTo("frozen");
        long sent = peer.sent();
        // Home's kernel takes it, and says so.
        await().until(() -> peer.sent() > sent + 10_000);
        Answer restored = task.restore().done();
        assertThat(restored.json().path("pid").asInt()).isEqualTo(task.pid());
        assertThat(task.ask("pid")).isEqualTo("" + task.pid());
        if (before != task.pid())
          await("the end of what held it").until(() -> Proc.startTicks(before) == 0);
        assertThat(task.ask("line")).isEqualTo("" + (generation + 1));
      }
      peer.goesOn();
      assertThat(task.ask("failure")).isEqualTo("none");
      peer.settle(task);
      assertThat(task.ends()).isEqualTo("exited 7");
    }
  }

  private static Subject traveller(Jdk jdk, ServerSocket server) throws IOException {
    Subject task =
        node.subject(jdk, Traveller.class)
            .by("sh", "-c", "seq 100 > source; " + SHELL[2], "sh")
            .start(HERE.getHostAddress(), "" + server.getLocalPort());
    return task.keepHome();
  }

  @Test
  void itsTerminalIsFoundByItsName() throws Exception {
    Path shell = node.home().resolve("named");
    Files.writeString(shell, "set -m; \"$@\"; exec sleep 1000");
    Subject task =
        node.subject(Jdk.newest(), Console.class)
            .asAJob()
            .by("bash", shell.toString())
            .start("deaf")
            .keepHome();
    BufferedWriter keyboard = task.firstLife().outputWriter(StandardCharsets.UTF_8);
    for (int life = 0; life < 3; life++) {
      assertThat(task.ask("open")).isEqualTo("" + (life + 1));
      if (life > 0) task.freeze().done();
      if (life > 0) task.restore().done();
      task.ask("tell in " + life);
      for (int one = 0; one <= life; one++)
        task.reads("seen", "tell in " + life + " by " + one + "\r\n");
      keyboard.write("secret " + life + "\n");
      keyboard.flush();
      String child = "exec < /dev/null; read x < /dev/tty; echo $x";
      assertThat(task.ask(child)).isEqualTo("secret " + life);
    }
  }

  @Test
  void aConnectWaitsAndIsNeverRefused() throws Exception {
    Subject task = node.subject(Jdk.newest(), Echoes.class).start().keepHome();
    List<Socket> peers = new ArrayList<>();
    try {
      for (int generation = 0; generation < 3; generation++) {
        List<Integer> ports = new ArrayList<>();
        for (String server : List.of("blocking", "selector", "async"))
          ports.add(Integer.parseInt(task.ask(server)));
        task.freeze().done();
        List<Socket> waiting = new ArrayList<>();
        for (int round = 0; round < 5; round++)
          for (int port : ports) {
            Socket peer = new Socket(HERE, port);
            peer.setSoTimeout(20_000);
            peer.getOutputStream().write("waits".getBytes(StandardCharsets.UTF_8));
            waiting.add(peer);
          }
        task.restore().done();
        peers.addAll(waiting);
        for (Socket peer : waiting) heard(peer, "waits");
        for (Socket peer : peers) {
          peer.getOutputStream().write("after".getBytes(StandardCharsets.UTF_8));
          heard(peer, "after");
        }
        assertThat(task.ask("failure")).isEqualTo("null");
      }
    } finally {
      for (Socket peer : peers) peer.close();
    }
  }

  /** The kernel does not answer who connects where as many wait already as may. */
  @Test
  void aConnectThatIsUnderWayGoesOn() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, HERE);
        Socket first = new Socket(HERE, server.getLocalPort());
        Socket second = new Socket(HERE, server.getLocalPort())) {
      Subject task = node.subject(Jdk.newest(), Sockets.class).start().keepHome();
      task.ask("begin late " + HERE.getHostAddress() + " " + server.getLocalPort());
      for (int generation = 0; generation < 2; generation++) {
        task.freeze().done();
        task.restore().done();
      }
      for (Socket before : List.of(first, second))
        try (Socket waited = server.accept()) {
          assertThat(waited.getPort()).isEqualTo(before.getLocalPort());
        }
      String ends = task.ask("finish late");
      try (Socket peer = server.accept()) {
        assertThat(ends).startsWith(HERE.getHostAddress() + ":" + peer.getPort() + " ");
        peer.getOutputStream().write("heard".getBytes(StandardCharsets.UTF_8));
        assertThat(task.ask("read late 5")).isEqualTo("heard");
      }
    }
  }

  private static void heard(Socket peer, String text) throws IOException {
    assertThat(peer.getInputStream().readNBytes(text.length()))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(text);
  }

  @Test
  void aSignalWaitsForItsNextLife() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 9, HERE)) {
      Subject task = traveller(Jdk.newest(), server);
      new Peer(server.accept()).goesOn();
      for (int generation = 0; generation < 2; generation++) {
        task.freeze().done();
        if (generation == 1) kill("-TERM", task.pid());
        assertThat(state(task)).isEqualTo("frozen");
        task.restore().done();
      }
      // A JVM ends of it in good order, with 128 and its number.
      task.reads("status", "status 143");
    }
  }

  @Test
  void whoKillsTheDeputyEndsTheTask() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 9, HERE)) {
      Subject task = traveller(Jdk.newest(), server);
      new Peer(server.accept()).goesOn();
      task.freeze().done();
      task.restore().done();
      task.freeze().done();
      kill("-KILL", task.pid());
      task.reads("status", "status 137");
      await().untilAsserted(() -> assertThat(state(task)).isEqualTo("ended"));
    }
  }

  @Test
  void aDaemonThatDiedFindsItAgain() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 9, HERE)) {
      Subject task = traveller(Jdk.newest(), server);
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      task.freeze().done();
      node.killDaemon();
      node.startDaemon();
      assertThat(state(task)).isEqualTo("frozen");
      assertThat(peer.failure()).isEmpty();
      task.restore().done();
      peer.goesOn();
      assertThat(task.ask("failure")).isEqualTo("none");
    }
  }

  /** Here because nothing can be written where home notes whose life counts. */
  @Test
  void oneThatIsRestoredAndCannotBeLetRunStaysFrozen() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 9, HERE)) {
      Subject task = traveller(Jdk.newest(), server);
      Peer peer = new Peer(server.accept());
      peer.goesOn();
      task.freeze().done();
      Path notes = node.run().resolve("moves");
      Path inTheWay = notes.resolve(task(task).path("id").asText() + ".json.tmp");
      Files.createDirectories(inTheWay);
      task.restore().failed("noted where the task is", notes.toString());
      assertThat(lives(task)).isEmpty();
      assertThat(state(task)).isEqualTo("frozen");
      Files.delete(inTheWay);
      task.restore().done();
      peer.goesOn();
      assertThat(task.ask("failure")).isEqualTo("none");
      assertThat(lives(task)).hasSize(1);
      peer.settle(task);
      assertThat(task.ends()).isEqualTo("exited 7");
      task.reads("status", "status 7");
    }
  }

  /** Processes that are the task, not its deputy. */
  private static List<Long> lives(Subject task) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> Proc.executable(Math.toIntExact(pid)).endsWith("/java"))
        .filter(pid -> Proc.workingDirectory(Math.toIntExact(pid)).equals(task.home().toString()))
        .toList();
  }

  @Test
  void pipesStayOpen() throws Exception {
    Subject task = node.subject(Jdk.newest(), Streams.class).inPipe().start().keepHome();
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      type(task, "before " + round);
      task.reads("piped", "read before " + round);
      task.freeze().done();
      type(task, "frozen " + round);
      task.restore().done();
      task.reads("piped", "read frozen " + round);
      expected.addAll(List.of("read before " + round, "read frozen " + round));
    }
    assertThat(task.read("piped").lines()).containsExactlyElementsOf(expected);
  }

  private static void type(Subject task, String line) throws IOException {
    Files.writeString(task.home().resolve("in"), line + "\n", StandardOpenOption.APPEND);
  }

  @Test
  void itsTerminalStays() throws Exception {
    Subject task = node.subject(Jdk.newest(), Streams.class).inTerminal().start().keepHome();
    BufferedWriter keyboard = task.firstLife().outputWriter();
    for (int round = 0; round < 3; round++) {
      task.freeze().done();
      keyboard.write("typed " + round + "\n");
      keyboard.flush();
      task.restore().done();
      task.reads("seen", "read typed " + round + "\r\n");
    }
    assertThat(task.read("seen")).doesNotContain("end of stdin");
  }

  @Test
  void filesAndLocksAreKept() {
    Subject task = node.subject(Jdk.newest(), OpenFiles.class).start().keepHome();
    for (int round = 0; round < 4; round++) {
      assertThat(task.ask("again")).isEqualTo("" + round);
      task.freeze().done();
      task.restore().done();
    }
    assertThat(task.ask("again")).isEqualTo("4");
  }

  @Test
  void aCheckpointBesideTheDeputyOutlivesIt() throws Exception {
    Subject task = node.subject(Jdk.newest(), Streams.class).by(SHELL).start().keepHome();
    task.freeze().done();
    task.restore().done();
    String image = node.ckpt("checkpoint", task.name()).done().image();
    task.freeze("--no-deputy").refused("has a deputy");
    kill("-KILL", task.pid());
    task.reads("status", "status 137");
    await().untilAsserted(() -> assertThat(state(task)).isEqualTo("ended"));
    task.restore().done();
    assertThat(task.isDeputy()).isFalse();
    assertThat(task.ask("here")).isEqualTo("here");
    node.ckpt("verify", image).done();
  }

  private static void kill(String signal, int pid) throws Exception {
    assertThat(new ProcessBuilder("kill", signal, "" + pid).start().waitFor()).isZero();
  }

  private static String state(Subject task) {
    return task(task).path("state").asText();
  }

  private static JsonNode task(Subject task) {
    return node.ckpt("ps", task.name()).done().json().path("tasks").path(0);
  }
}
