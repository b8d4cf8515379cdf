package io.sojourn.restore.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams leave from home and arrive at home, wherever the task is. */
class TaskDatagramsTest {
  private static TwoNodes nodes;

  @BeforeAll
  static void start() throws IOException {
    nodes = new TwoNodes();
  }

  @AfterAll
  static void stop() throws IOException {
    nodes.close();
  }

  private static InetSocketAddress echo(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
    socket.receive(packet);
    socket.send(packet);
    return (InetSocketAddress) packet.getSocketAddress();
  }

  private static String ask(DatagramSocket socket, InetSocketAddress to) throws IOException {
    socket.setSoTimeout(500);
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    for (int attempt = 0; ; attempt++) {
      socket.send(new DatagramPacket("hello".getBytes(), 5, to));
      try {
        socket.receive(answer);
        break;
      } catch (SocketTimeoutException lost) {
        if (attempt == 40) throw lost;
      }
    }
    assertThat(answer.getSocketAddress()).isEqualTo(to);
    return new String(answer.getData(), 0, answer.getLength());
  }

  @ParameterizedTest
  @ValueSource(strings = {TwoNodes.PEER, TwoNodes.PEER6})
  void theTaskAsks(String address) throws Exception {
    DatagramSocket server =
        nodes.peer(() -> new DatagramSocket(0, InetAddress.getByName(address))).get();
    Future<InetSocketAddress> seen = nodes.peer(() -> echo(server));
    DatagramSocket socket = nodes.task(() -> new DatagramSocket()).get();
    assertThat(
            nodes
                .task(() -> ask(socket, new InetSocketAddress(address, server.getLocalPort())))
                .get(30, TimeUnit.SECONDS))
        .isEqualTo("hello");
    String home = address.equals(TwoNodes.PEER) ? TwoNodes.HOME : TwoNodes.HOME6;
    assertThat(seen.get()).isEqualTo(new InetSocketAddress(home, socket.getLocalPort()));
    socket.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {TwoNodes.HOME, TwoNodes.HOME6})
  void theTaskAnswers(String address) throws Exception {
    DatagramSocket server = nodes.task(() -> new DatagramSocket()).get();
    Future<InetSocketAddress> seen = nodes.task(() -> echo(server));
    DatagramSocket client = nodes.peer(() -> new DatagramSocket()).get();
    Awaitility.await().pollDelay(300, TimeUnit.MILLISECONDS).until(() -> true);
    assertThat(ask(client, new InetSocketAddress(address, server.getLocalPort())))
        .isEqualTo("hello");
    assertThat(seen.get(30, TimeUnit.SECONDS).getPort()).isEqualTo(client.getLocalPort());
    server.close();
  }
}
