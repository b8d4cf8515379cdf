package io.sojourn.scenario;

import static io.sojourn.scenario.Saying.all;
import static io.sojourn.scenario.Saying.read;
import static io.sojourn.scenario.Saying.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Sockets;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sockets of a task that goes and comes home do what they would have done. */
@Timeout(180)
class AwaySocketsIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  /** Home's socket still waits for the peer's last word when the task comes home. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void whatIsOverAndStillOpenComesHome(Jdk jdk) throws Exception {
    try (ServerSocket server = nodes.listenAtPeers()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      nodes.out(subject);
      // Made while away: of others its deputy has a descriptor too.
      subject.ask("connect over " + nodes.peerAddress() + " " + server.getLocalPort());
      Socket peer = server.accept();
      peer.shutdownOutput();
      String end = subject.ask("read over 1");
      nodes.nftAtPeers(
          "add table ip silent; add chain ip silent out { type filter hook output priority 0; }");
      nodes.nftAtPeers("add rule ip silent out tcp sport " + server.getLocalPort() + " drop");
      try {
        subject.ask("end over");
        await().until(() -> nodes.atHome(() -> waitsForTheLastWord(peer)));
        nodes.back(subject);
      } finally {
        nodes.nftAtPeers("delete table ip silent");
      }
      assertThat(subject.ask("read over 1")).isEqualTo(end);
      assertThat(subject.ask("close over")).isEqualTo("done");
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
      peer.close();
    }
  }

  /** In LAST_ACK, and nobody's: proc(5), net/tcp. */
  private static boolean waitsForTheLastWord(Socket peer) throws IOException {
    return KernelSockets.tcp()
        .filter(words -> words[1].endsWith(":%04X".formatted(peer.getPort())))
        .anyMatch(words -> words[3].equals("09") && words[9].equals("0"));
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void whatIsHalfClosedStaysSo(Jdk jdk) throws Exception {
    try (ServerSocket server = nodes.listenAtPeers()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      String to = nodes.peerAddress() + " " + server.getLocalPort();
      subject.ask("connect ours " + to);
      Socket ours = server.accept();
      subject.ask("connect theirs " + to);
      Socket theirs = server.accept();
      subject.ask("connect late " + to);
      Socket late = server.accept();
      subject.ask("write ours last");
      subject.ask("end ours");
      write(theirs, "lastword");
      theirs.shutdownOutput();
      nodes.out(subject);
      assertThat(all(ours)).isEqualTo("last");
      write(ours, "still");
      assertThat(subject.ask("read ours 5")).isEqualTo("still");
      assertThat(subject.ask("read theirs 4")).isEqualTo("last");
      subject.ask("write theirs away");
      assertThat(read(theirs, 4)).isEqualTo("away");
      subject.ask("write late x");
      subject.ask("end late");
      nodes.back(subject);
      assertThat(all(late)).isEqualTo("x");
      write(late, "answer");
      assertThat(subject.ask("read late 6")).isEqualTo("answer");
      assertThat(subject.ask("read theirs 9")).isEqualTo("word");
      subject.ask("write theirs home");
      subject.ask("close theirs");
      assertThat(all(theirs)).isEqualTo("home");
      write(ours, "more");
      ours.close();
      assertThat(subject.ask("read ours 9")).isEqualTo("more");
      // A reset is one, in both directions.
      subject.ask("connect reset " + to);
      Socket reset = server.accept();
      subject.ask("connect cut " + to);
      Socket cut = server.accept();
      nodes.out(subject);
      reset.setSoLinger(true, 0);
      reset.close();
      assertThat(subject.ask("read reset 1")).contains("reset");
      subject.ask("set cut reset");
      subject.ask("close cut");
      cut.setSoTimeout(10_000);
      assertThat(outcome(cut)).contains("reset");
      nodes.back(subject);
    }
  }

  private static String outcome(Socket socket) {
    try {
      return "read " + socket.getInputStream().read();
    } catch (IOException failed) {
      return String.valueOf(failed.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void bothFamiliesAreServed(Jdk jdk) throws Exception {
    Subject subject = nodes.subject(jdk, Sockets.class).start();
    int port = Integer.parseInt(subject.ask("listen both any"));
    List<Socket> peers = new ArrayList<>();
    try {
      nodes.twice(
          subject,
          () -> {
            try {
              for (Socket peer : peers) echo(peer);
              for (String host : List.of("127.0.0.1", "::1", nodes.homeAddress())) {
                peers.add(nodes.atHome(() -> new Socket(host, port)));
                echo(peers.get(peers.size() - 1));
                // To itself, as well.
                String name = "own" + peers.size();
                assertThat(subject.ask("connect " + name + " " + host + " " + port)).contains(":");
                subject.ask("write " + name + " self");
                assertThat(subject.ask("read " + name + " 4")).isEqualTo("self");
              }
              for (int i = 1; i <= peers.size(); i++) {
                subject.ask("write own" + i + " again");
                assertThat(subject.ask("read own" + i + " 5")).isEqualTo("again");
              }
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    } finally {
      for (Socket peer : peers) peer.close();
    }
  }

  private static void echo(Socket peer) throws IOException {
    write(peer, "echo");
    assertThat(read(peer, 4)).isEqualTo("echo");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void optionsRemainAsTheyWereSet(Jdk jdk) throws Exception {
    try (ServerSocket server = nodes.listenAtPeers()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      subject.ask("connect a " + nodes.peerAddress() + " " + server.getLocalPort());
      try (Socket peer = server.accept()) {
        subject.ask("set a keep-alive");
        String set = subject.ask("set a linger");
        assertThat(set).contains("keep-alive true no-delay false linger 7");
        nodes.out(subject);
        assertThat(subject.ask("options a")).isEqualTo(set);
        String later = subject.ask("set a no-delay");
        assertThat(later).contains("no-delay true");
        nodes.back(subject);
        assertThat(subject.ask("options a")).isEqualTo(later);
        write(peer, "on");
        assertThat(subject.ask("read a 2")).isEqualTo("on");
      }
    }
  }
}
