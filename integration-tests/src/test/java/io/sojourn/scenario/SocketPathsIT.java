package io.sojourn.scenario;

import static io.sojourn.harness.UnixPeer.speak;
import static io.sojourn.harness.UnixPeer.write;
import static io.sojourn.victim.UnixSockets.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.UnixSockets;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A unix socket's name means the same wherever the task is. */
@Timeout(180)
class SocketPathsIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  @TempDir Path directory;
  private @Nullable ServerSocketChannel server;

  @BeforeEach
  void listen() throws IOException {
    // A task's user is to come this far.
    open(directory);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address());
    open(Path.of("" + address()));
  }

  @AfterEach
  void end() throws IOException {
    server().close();
  }

  private static void open(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(directory.resolve("s"));
  }

  private ServerSocketChannel server() {
    return Objects.requireNonNull(server);
  }

  private SocketChannel connect(Subject task, String name) throws IOException {
    assertThat(task.ask("connect " + name)).isEqualTo("connected");
    return server().accept();
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whoListensAtHomeIsReachedFromAway(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, UnixSockets.class).start("" + address());
    nodes.out(task);
    try (SocketChannel talk = connect(task, "talk");
        SocketChannel other = connect(task, "other")) {
      task.ask("talk talk");
      Peer peer = new Peer(talk);
      peer.goesOn();
      speak(task, "other", other);
      for (int round = 0; round < 2; round++) {
        nodes.back(task);
        peer.goesOn();
        speak(task, "other", other);
        nodes.out(task);
        peer.goesOn();
        speak(task, "other", other);
      }
      nodes.anotherDaemon(Duration.ZERO);
      peer.goesOn();
      assertThat(task.ask("failure")).isEqualTo("none");
      peer.finish();
      String[] counts = task.ask("finish talk").split(" ");
      assertThat(peer.counts()).isEqualTo(counts[1] + " " + counts[0]);
    }
    nodes.back(task);
  }

  /** Its files at home are what counts, and there its user. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void itIsTheTasksUserWhoConnects(Jdk jdk) throws Exception {
    Subject task =
        nodes
            .subject(jdk, UnixSockets.class)
            .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
            .start("" + address());
    nodes.out(task);
    try (SocketChannel one = connect(task, "one")) {
      assertThat(one.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName())
          .isEqualTo("nobody");
      speak(task, "one", one);
    }
    Files.setPosixFilePermissions(
        directory.resolve("s"), PosixFilePermissions.fromString("rwx------"));
    assertThat(task.ask("reach denied " + address())).containsIgnoringCase("permission denied");
    nodes.back(task);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void endsAreHeardAndNothingIsKept(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, UnixSockets.class).start("" + address());
    nodes.out(task);
    // Its way home is there from now on.
    try (SocketChannel first = connect(task, "first")) {
      speak(task, "first", first);
      long had = sockets(task);
      for (int round = 0; round < 5; round++) {
        SocketChannel byTask = connect(task, "task"), byPeer = connect(task, "peer");
        task.ask("write task bye");
        task.ask("close task");
        assertThat(read(byTask, Integer.MAX_VALUE)).isEqualTo("bye");
        byTask.close();
        write(byPeer, "last");
        byPeer.close();
        assertThat(task.ask("all peer")).isEqualTo("last");
        task.ask("close peer");
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(sockets(task)).isLessThanOrEqualTo(had));
    }
    server().close();
    assertThat(task.ask("reach nobody " + address())).containsIgnoringCase("refused");
    Path nothing = directory.resolve("nothing");
    assertThat(task.ask("reach nobody " + nothing)).containsIgnoringCase("no such file");
    nodes.back(task);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aTaskThatListensAwayIsReachedFromHome(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, UnixSockets.class).start("" + address());
    nodes.out(task);
    String own = "" + directory.resolve("away");
    assertThat(task.ask("listen " + own)).isEqualTo("listens");
    listens(task, own, "made");
    nodes.back(task);
    listens(task, own, "home");
    nodes.out(task);
    listens(task, own, "again");
    task.ask("leave " + own);
    try (SocketChannel nobody = SocketChannel.open(UnixDomainSocketAddress.of(own))) {
      assertThat(read(nobody, 1)).isEmpty();
    }
    Files.delete(Path.of(own));
    nodes.back(task);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aTaskThatListensSinceBeforeIsReachedFromHome(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, UnixSockets.class).start("" + address());
    String own = "" + directory.resolve("before");
    assertThat(task.ask("listen " + own)).isEqualTo("listens");
    listens(task, own, "first");
    for (int round = 0; round < 2; round++) {
      nodes.out(task);
      listens(task, own, "away" + round);
      nodes.back(task);
      listens(task, own, "home" + round);
    }
  }

  /** Somebody here reaches it, and both hear the other's end. */
  private void listens(Subject task, String socket, String name) throws Exception {
    try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      assertThat(task.ask("accept " + name + " " + socket)).isEqualTo("accepted");
      speak(task, name, peer);
      write(peer, "last");
      peer.shutdownOutput();
      assertThat(task.ask("all " + name)).isEqualTo("last");
      task.ask("close " + name);
      assertThat(read(peer, 1)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void whoIsAcceptedAwayIsHeardOverMoves(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, UnixSockets.class).start("" + address());
    nodes.out(task);
    String own = "" + directory.resolve("served");
    task.ask("listen " + own);
    // Both ends are in the network namespace of who connects, and CRIU finds those of the task's.
    try (SocketChannel peer =
        nodes.atHome(() -> SocketChannel.open(UnixDomainSocketAddress.of(own)))) {
      task.ask("accept one " + own);
      speak(task, "one", peer);
      nodes.back(task);
      speak(task, "one", peer);
      nodes.out(task);
      speak(task, "one", peer);
    }
    nodes.back(task);
  }

  private static long sockets(Subject task) {
    return Descriptor.of(task.pid()).stream().filter(Descriptor::isSocket).count();
  }
}
