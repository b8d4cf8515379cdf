package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.Talk;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Sockets;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Home's daemon is killed while a task is away: its connections go on with the next one. */
@Timeout(240)
class HomeDiesIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  private static final int LONG = 3_000_000;

  @Test
  void everyByteIsThereOnce() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).start();
    int port = Integer.parseInt(task.ask("listen any any"));
    List<Talk> talks = new ArrayList<>();
    try (ServerSocket four = atPeers();
        ServerSocket six = atHome()) {
      for (int i = 0; i < 3; i++) talks.add(new Talk("before, in " + i, fromPeers(port)));
      talks.add(new Talk("before, in by IPv6", fromHome(port)));
      talks.add(new Talk("before, out", out(task, "b4", four)));
      talks.add(new Talk("before, out by IPv6", out(task, "b6", six)));
      HalfClosed half = HalfClosed.of(task, four, fromPeers(port));
      nodes.out(task);
      talks.add(new Talk("away, in", fromPeers(port)));
      talks.add(new Talk("away, in by IPv6", fromHome(port)));
      talks.add(new Talk("away, out", out(task, "a4", four)));
      talks.add(new Talk("away, out by IPv6", out(task, "a6", six)));
      int heard = Integer.parseInt(task.ask("listen later any"));
      new Talk("once", connected(heard)).settle();
      Talk.goOn(talks);
      for (int round = 0; round < 4; round++) {
        nodes.anotherDaemon(Duration.ofMillis(round * 300));
        Talk.goOn(talks);
        new Talk("new in round " + round, fromPeers(port)).settle();
        new Talk("where it listened while away", fromPeers(heard)).settle();
      }
      half.settles();
      talks.remove(0).settle();
      nodes.back(task);
      Talk.goOn(talks);
      nodes.out(task);
      Talk.goOn(talks);
      nodes.anotherDaemon(Duration.ZERO);
      Talk.goOn(talks);
      for (Talk talk : talks) talk.settle();
    } finally {
      for (Talk talk : talks) talk.close();
    }
  }

  /** The task has closed it; not all that it has written is with the peer. */
  @Test
  void whatTheTaskHasClosedIsDeliveredWhenItIsHome() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).start();
    int port = Integer.parseInt(task.ask("listen any any"));
    try (ServerSocket four = atPeers()) {
      HalfClosed half = HalfClosed.of(task, four, fromPeers(port));
      nodes.out(task);
      half.goesOn();
      nodes.back(task);
      half.settles();
    }
  }

  /** Home hears of a listener at the next look only. */
  private static Socket connected(int port) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .ignoreException(ConnectException.class)
        .until(() -> fromPeers(port), Socket::isConnected);
  }

  private static ServerSocket atPeers() throws IOException {
    return nodes.atPeers(() -> new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0")));
  }

  private static ServerSocket atHome() throws IOException {
    return nodes.atHome(() -> new ServerSocket(0, 50, InetAddress.getByName("::1")));
  }

  private static Socket fromPeers(int port) throws IOException {
    return nodes.atPeers(() -> new Socket(nodes.homeAddress(), port));
  }

  private static Socket fromHome(int port) throws IOException {
    return nodes.atHome(() -> new Socket("::1", port));
  }

  private static Socket out(Subject task, String name, ServerSocket to) throws IOException {
    String host = to.getInetAddress().isLoopbackAddress() ? "::1" : nodes.peerAddress();
    task.ask("echo " + name + " " + host + " " + to.getLocalPort());
    return to.accept();
  }

  /** One that the peer has ended and reads nothing from, and one that the task has ended. */
  private record HalfClosed(Subject task, Socket byPeer, Socket byTask) {
    static HalfClosed of(Subject task, ServerSocket server, Socket byPeer) throws Exception {
      Thread writing =
          new Thread(
              () -> {
                try {
                  byPeer.getOutputStream().write(new byte[LONG]);
                  byPeer.shutdownOutput();
                } catch (IOException seenBelow) {
                  // What comes back would be less.
                }
              });
      writing.start();
      task.ask("connect half " + nodes.peerAddress() + " " + server.getLocalPort());
      Socket byTask = server.accept();
      task.ask("write half hello");
      task.ask("end half");
      assertThat(byTask.getInputStream().readAllBytes()).asString().isEqualTo("hello");
      return new HalfClosed(task, byPeer, byTask);
    }

    void goesOn() throws IOException {
      byTask.getOutputStream().write("to you".getBytes(StandardCharsets.UTF_8));
      assertThat(task.ask("read half 6")).isEqualTo("to you");
    }

    void settles() throws IOException {
      goesOn();
      byTask.close();
      assertThat(task.ask("read half 1")).isEmpty();
      assertThat(byPeer.getInputStream().readAllBytes()).hasSize(LONG);
      byPeer.close();
    }
  }
}
