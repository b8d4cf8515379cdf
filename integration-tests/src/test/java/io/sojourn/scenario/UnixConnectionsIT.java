package io.sojourn.scenario;

import static io.sojourn.harness.UnixPeer.speak;
import static io.sojourn.harness.UnixPeer.write;
import static io.sojourn.victim.UnixSockets.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Peer;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Traveller;
import io.sojourn.victim.UnixSockets;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A task's unix connections to a process outside of it, which notices nothing. */
@Timeout(180)
class UnixConnectionsIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  @TempDir Path directory;
  private @Nullable ServerSocketChannel server;

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address());
  }

  @AfterEach
  void end() throws IOException {
    server().close();
    for (String image : nodes.home().ckpt("images").done().json().findValuesAsText("name"))
      nodes.home().ckpt("rm", image).done();
  }

  private UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(directory.resolve("s"));
  }

  private ServerSocketChannel server() {
    return Objects.requireNonNull(server);
  }

  private Subject subject(Jdk jdk) throws IOException {
    return nodes.subject(jdk, UnixSockets.class).start("" + address()).keepHome();
  }

  private SocketChannel connect(Subject task, String name) throws IOException {
    assertThat(task.ask("connect " + name)).isEqualTo("connected");
    return server().accept();
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void everyByteComesOnceThroughFreezesAndMoves(Jdk jdk) throws Exception {
    Subject task = subject(jdk);
    SocketChannel theirs = connect(task, "talk");
    task.ask("talk talk");
    Peer peer = new Peer(theirs);
    peer.goesOn();
    for (int generation = 0; generation < 2; generation++) {
      task.freeze().done();
      task.restore().done();
      peer.goesOn();
    }
    for (int round = 0; round < 2; round++) {
      // Made beside its deputy, which does not have it.
      String name = "made" + round;
      SocketChannel made = connect(task, name);
      nodes.out(task);
      peer.goesOn();
      speak(task, name, made);
      nodes.back(task);
      peer.goesOn();
      speak(task, name, made);
      task.ask("close " + name);
      assertThat(read(made, 1)).isEmpty();
    }
    assertThat(task.ask("failure")).isEqualTo("none");
    peer.finish();
    String[] counts = task.ask("finish talk").split(" ");
    assertThat(peer.counts()).isEqualTo(counts[1] + " " + counts[0]);
    theirs.close();
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void everyByteComesOnceWhereHomesDaemonDies(Jdk jdk) throws Exception {
    Subject task = subject(jdk);
    Peer peer = new Peer(connect(task, "talk"));
    task.ask("talk talk");
    nodes.out(task);
    for (int death = 0; death < 3; death++) {
      peer.goesOn();
      nodes.anotherDaemon(Duration.ZERO);
    }
    peer.goesOn();
    nodes.back(task);
    peer.goesOn();
    assertThat(task.ask("failure")).isEqualTo("none");
    peer.finish();
    String[] counts = task.ask("finish talk").split(" ");
    assertThat(peer.counts()).isEqualTo(counts[1] + " " + counts[0]);
  }

  /** Nobody knows what has passed since. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void thatOfACheckpointHasEnded(Jdk jdk) throws Exception {
    Subject task = subject(jdk);
    SocketChannel peer = connect(task, "one");
    nodes.home().ckpt("checkpoint", task.name()).done();
    speak(task, "one", peer);
    new ProcessBuilder("kill", "-9", "" + task.pid()).start().waitFor();
    assertThat(read(peer, 1)).isEmpty();
    task.restore().done();
    assertThat(task.ask("all one")).isEmpty();
    assertThat(task.ask("try one x")).containsIgnoringCase("pipe");
    SocketChannel again = connect(task, "again");
    speak(task, "again", again);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void whatIsHalfClosedStaysSo(Jdk jdk) throws Exception {
    Subject task = subject(jdk);
    SocketChannel ours = connect(task, "ours"), theirs = connect(task, "theirs");
    SocketChannel late = connect(task, "late");
    task.ask("write ours last");
    task.ask("end ours");
    write(theirs, "lastword");
    theirs.shutdownOutput();
    task.freeze().done();
    task.restore().done();
    nodes.out(task);
    assertThat(read(ours, Integer.MAX_VALUE)).isEqualTo("last");
    write(ours, "still");
    assertThat(task.ask("read ours 5")).isEqualTo("still");
    assertThat(task.ask("read theirs 4")).isEqualTo("last");
    task.ask("write theirs away");
    assertThat(read(theirs, 4)).isEqualTo("away");
    task.ask("write late x");
    task.ask("end late");
    nodes.back(task);
    assertThat(read(late, Integer.MAX_VALUE)).isEqualTo("x");
    write(late, "y");
    assertThat(task.ask("read late 1")).isEqualTo("y");
    assertThat(task.ask("all theirs")).isEqualTo("word");
    task.ask("write theirs home");
    assertThat(read(theirs, 4)).isEqualTo("home");
    write(ours, "more");
    assertThat(task.ask("read ours 4")).isEqualTo("more");
    // With its deputy's copy open it would not be closed.
    task.ask("close ours");
    await().untilAsserted(() -> assertThat(refused(ours)).isTrue());
    task.ask("close theirs");
    assertThat(read(theirs, 1)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void whatIsNotReadStaysAtHome(Jdk jdk) throws Exception {
    Subject task = subject(jdk);
    SocketChannel theirs = connect(task, "slow");
    text(theirs, 0, 60_000);
    nodes.out(task);
    assertThat(task.ask("text slow 0 1000")).isEqualTo("as it was sent");
    text(theirs, 60_000, 20_000);
    nodes.back(task);
    assertThat(task.ask("text slow 1000 30000")).isEqualTo("as it was sent");
    nodes.out(task);
    text(theirs, 80_000, 20_000);
    assertThat(task.ask("text slow 31000 40000")).isEqualTo("as it was sent");
    nodes.back(task);
    assertThat(task.ask("text slow 71000 29000")).isEqualTo("as it was sent");
    theirs.close();
    assertThat(task.ask("all slow")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void whoClosesWhileTheTaskIsAwayIsHeard(Jdk jdk) throws Exception {
    Subject task = subject(jdk);
    SocketChannel byTask = connect(task, "task"), byPeer = connect(task, "peer");
    nodes.out(task);
    task.ask("write task bye");
    task.ask("close task");
    assertThat(read(byTask, Integer.MAX_VALUE)).isEqualTo("bye");
    await().untilAsserted(() -> assertThat(refused(byTask)).isTrue());
    byPeer.close();
    assertThat(task.ask("all peer")).isEmpty();
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(task.ask("try peer x")).containsIgnoringCase("pipe"));
    nodes.back(task);
    assertThat(task.ask("try peer x")).containsIgnoringCase("pipe");
  }

  /** Nobody takes what is written there. */
  /** We are in another network than home. */
  @Test
  void whomItHasAcceptedFromAnotherNetworkItDoesNotLeave() throws Exception {
    Subject task = subject(Jdk.newest());
    Path socket = task.home().resolve("s");
    task.ask("listen " + socket);
    try (SocketChannel ours = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      task.ask("accept one " + socket);
      task.freeze().refused("unix connection", "from another network");
      nodes.home().ckpt("migrate", task.name(), "b").refused("from another network");
      speak(task, "one", ours);
      task.ask("close one");
    }
    nodes.out(task);
    nodes.back(task);
  }

  private static boolean refused(SocketChannel to) {
    try {
      write(to, "x");
      return false;
    } catch (IOException broken) {
      return true;
    }
  }

  private static void text(SocketChannel to, long offset, int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) bytes[i] = Traveller.text(offset + i);
    for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) to.write(left);
  }
}
