package io.sojourn.restore.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.RawSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A task that listens while away is reached at home's address. */
class TaskListenersTest {
  private static TwoNodes nodes;

  @BeforeAll
  static void start() throws IOException {
    nodes = new TwoNodes();
  }

  @AfterAll
  static void stop() throws IOException {
    nodes.close();
  }

  private static Socket connect(String address, int port) {
    return Awaitility.await()
        .ignoreExceptions()
        .until(() -> nodes.peer(() -> new Socket(address, port)).get(), one -> true);
  }

  @ParameterizedTest
  @CsvSource({"0.0.0.0,10.9.8.7", "::,10.9.8.7", "::,fd09::7", "10.9.8.7,10.9.8.7"})
  void theTaskSeesItsPeer(String bound, String reached) throws Exception {
    ServerSocket server =
        nodes.task(() -> new ServerSocket(0, 50, InetAddress.getByName(bound))).get();
    Future<InetSocketAddress> seen =
        nodes.task(
            () -> {
              try (Socket one = server.accept()) {
                one.getInputStream().transferTo(one.getOutputStream());
                return (InetSocketAddress) one.getRemoteSocketAddress();
              }
            });
    Socket client = connect(reached, server.getLocalPort());
    client.getOutputStream().write("hello".getBytes());
    client.shutdownOutput();
    assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello");
    assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(client.getLocalSocketAddress());
    server.close();
  }

  @Test
  void aThousandConnectionsAtOnce() throws Exception {
    ServerSocket server = nodes.task(() -> new ServerSocket(0, 2_000)).get();
    Future<Integer> served =
        nodes.task(
            () -> {
              List<Socket> all = new ArrayList<>();
              for (int i = 0; i < 1_000; i++) all.add(server.accept());
              for (Socket one : all) one.getOutputStream().write(one.getInputStream().read());
              for (Socket one : all) one.close();
              return all.size();
            });
    List<Socket> clients = new ArrayList<>();
    clients.add(connect(TwoNodes.HOME, server.getLocalPort()));
    for (int i = 1; i < 1_000; i++)
      clients.add(nodes.peer(() -> new Socket(TwoNodes.HOME, server.getLocalPort())).get());
    for (int i = 0; i < 1_000; i++) clients.get(i).getOutputStream().write(i);
    for (int i = 0; i < 1_000; i++) {
      assertThat(clients.get(i).getInputStream().read()).isEqualTo(i & 255);
      assertThat(clients.get(i).getInputStream().read()).isEqualTo(-1);
      clients.get(i).close();
    }
    assertThat(served.get(1, TimeUnit.MINUTES)).isEqualTo(1_000);
    Awaitility.await().until(() -> nodes.onGuestLoop(nodes.guestSession::size) < 10);
    Awaitility.await().until(() -> nodes.onHomeLoop(nodes.homeSession::size) < 10);
    server.close();
  }

  @Test
  void aResetReachesThePeer() throws Exception {
    ServerSocket server = nodes.task(() -> new ServerSocket(0)).get();
    Future<Integer> reset =
        nodes.task(
            () -> {
              Socket one = server.accept();
              int got = one.getInputStream().read();
              one.setSoLinger(true, 0);
              one.close();
              return got;
            });
    Socket client = connect(TwoNodes.HOME, server.getLocalPort());
    client.getOutputStream().write(7);
    assertThat(reset.get(30, TimeUnit.SECONDS)).isEqualTo(7);
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> client.getInputStream().read()))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
    server.close();
  }

  @Test
  void homeStopsListeningWhenTheTaskDoes() throws Exception {
    ServerSocket server = nodes.task(() -> new ServerSocket(0)).get();
    connect(TwoNodes.HOME, server.getLocalPort()).close();
    server.close();
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(
                            () ->
                                nodes
                                    .peer(() -> new Socket(TwoNodes.HOME, server.getLocalPort()))
                                    .get()))
                    .rootCause()
                    .hasMessageContaining("refused"));
  }

  /** The task's queue is full: the kernel takes no further connect, and tries again later. */
  @Test
  void whoIsStillOnTheWayIsWaitedFor() throws Exception {
    ServerSocket server = nodes.task(() -> new ServerSocket(0, 1)).get();
    List<Socket> clients = new ArrayList<>();
    clients.add(connect(TwoNodes.HOME, server.getLocalPort()));
    for (int i = 1; i < 3; i++)
      clients.add(nodes.peer(() -> new Socket(TwoNodes.HOME, server.getLocalPort())).get());
    Awaitility.await().until(() -> nodes.task(TaskListenersTest::somebodyKnocks).get());
    Awaitility.await()
        .during(Duration.ofMillis(200))
        .until(() -> !nodes.onHomeLoop(nodes.atHome::settled));
    for (int i = 0; i < 3; i++) nodes.task(server::accept).get(30, TimeUnit.SECONDS).close();
    Awaitility.await().until(() -> nodes.onHomeLoop(nodes.atHome::settled));
    for (Socket client : clients) client.close();
    server.close();
  }

  /** Whether a connect in this network has not been answered: proc(5), net/tcp. */
  private static boolean somebodyKnocks() throws IOException {
    return Files.readAllLines(Path.of("/proc/thread-self/net/tcp")).stream()
        .anyMatch(line -> line.strip().split("\\s+")[3].equals("02"));
  }

  @Test
  void whatWaitedInTheOldSocketIsServed() throws Exception {
    InetSocketAddress any = new InetSocketAddress("::", 0);
    RawSocket old =
        nodes.home.call(() -> RawSocket.listener(any, false).reuseAddress().bind(any).listen(50));
    int port = old.local().getPort();
    nodes.atHome.keepListening(old);
    Socket early = nodes.peer(() -> new Socket(TwoNodes.HOME, port)).get();
    early.getOutputStream().write(9);
    ServerSocket server = nodes.task(() -> new ServerSocket(port)).get();
    Future<Integer> got = nodes.task(() -> server.accept().getInputStream().read());
    assertThat(got.get(30, TimeUnit.SECONDS)).isEqualTo(9);
    early.close();
    server.close();
  }
}
