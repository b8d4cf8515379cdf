package io.sojourn.restore.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams leave from home and arrive at home, wherever the task is. */
class TaskDatagramsTest {
  private static TwoNodes nodes;

  @BeforeAll
  static void start() throws IOException {
    nodes = new TwoNodes();
    nodes.home.run("", List.of("ip", "route", "add", "default", "via", TwoNodes.PEER));
    // Else the peers' kernel says it once a second, after the first few.
    for (String limit : List.of("ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit"))
      nodes.peers.run("0", List.of("tee", "/proc/sys/net/" + limit));
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

  private static DatagramSocket connected(InetSocketAddress to) throws Exception {
    DatagramSocket socket = nodes.task(() -> new DatagramSocket()).get();
    socket.connect(to);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static Exception failure(DatagramSocket socket) throws IOException {
    socket.send(new DatagramPacket(new byte[100], 100));
    try {
      socket.receive(new DatagramPacket(new byte[100], 100));
      throw new AssertionError("somebody has answered");
    } catch (IOException failed) {
      return failed;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TwoNodes.PEER, TwoNodes.PEER6, TwoNodes.HOME, "127.0.0.1", "::1"})
  void nobodyIsThere(String address) throws Exception {
    InetAddress host = InetAddress.getByName(address);
    int port;
    try (DatagramSocket free = nodes.peer(() -> new DatagramSocket(0, anyLike(host))).get()) {
      port = free.getLocalPort();
    }
    try (DatagramSocket socket = connected(new InetSocketAddress(host, port))) {
      for (int round = 0; round < 3; round++)
        assertThat(failure(socket)).isInstanceOf(PortUnreachableException.class);
      if (!address.equals(TwoNodes.PEER)) return;
      // It is not broken by that.
      try (DatagramSocket now = nodes.peer(() -> new DatagramSocket(port, host)).get()) {
        Future<InetSocketAddress> seen = nodes.peer(() -> echo(now));
        socket.send(new DatagramPacket(new byte[100], 100));
        socket.receive(new DatagramPacket(new byte[100], 100));
        assertThat(seen.get(30, TimeUnit.SECONDS).getPort()).isEqualTo(socket.getLocalPort());
      }
    }
  }

  private static InetAddress anyLike(InetAddress host) throws IOException {
    return InetAddress.getByName(host.getAddress().length == 4 ? "0.0.0.0" : "::");
  }

  @Test
  void homeHasNoWayThere() throws Exception {
    nodes.home.run("", List.of("ip", "route", "add", "unreachable", "10.66.0.0/24"));
    nodes.home.run("", List.of("ip", "route", "add", "prohibit", "10.66.1.0/24"));
    nodes.home.run("", List.of("ip", "-6", "route", "add", "prohibit", "fd66::/64"));
    try (DatagramSocket unreachable = connected(new InetSocketAddress("10.66.0.1", 7));
        DatagramSocket prohibited = connected(new InetSocketAddress("10.66.1.1", 7));
        DatagramSocket prohibited6 = connected(new InetSocketAddress("fd66::1", 7))) {
      assertThat(failure(unreachable)).hasMessageContaining("No route to host");
      assertThat(failure(prohibited)).hasMessageContaining("No route to host");
      assertThat(failure(prohibited6)).hasMessageContaining("Permission denied");
    }
  }

  /**
   * Of one socket, some of whose peers are there: what is said of the others costs them nothing.
   */
  @Test
  void othersAreNotLost() throws Exception {
    InetAddress host = InetAddress.getByName(TwoNodes.PEER);
    int nobody;
    try (DatagramSocket free = nodes.peer(() -> new DatagramSocket(0, host)).get()) {
      nobody = free.getLocalPort();
    }
    DatagramSocket server = nodes.peer(() -> new DatagramSocket(0, host)).get();
    var unused =
        nodes.peer(
            () -> {
              while (true) echo(server);
            });
    try (server;
        DatagramSocket socket = nodes.task(() -> new DatagramSocket()).get()) {
      socket.setSoTimeout(10_000);
      for (int number = 0; number < 200; number++) {
        socket.send(new DatagramPacket(new byte[1], 1, host, nobody));
        byte[] bytes = {(byte) number, 1};
        socket.send(new DatagramPacket(bytes, 2, host, server.getLocalPort()));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        socket.receive(answer);
        assertThat(answer.getData()[0]).isEqualTo((byte) number);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.8.255", "255.255.255.255"})
  void broadcasts(String all) throws Exception {
    InetAddress everybody = InetAddress.getByName(all);
    InetAddress any = InetAddress.getByName("0.0.0.0");
    try (DatagramSocket task = nodes.task(() -> new DatagramSocket(0, any)).get();
        DatagramSocket ear = nodes.peer(() -> new DatagramSocket(task.getLocalPort(), any)).get();
        DatagramSocket peer =
            nodes.peer(() -> new DatagramSocket(0, InetAddress.getByName(TwoNodes.PEER))).get()) {
      task.setSoTimeout(10_000);
      ear.setSoTimeout(10_000);
      // The task's own come back to it, and cost it nothing.
      for (int round = 0; round < 3; round++) {
        task.send(new DatagramPacket(new byte[3], 3, everybody, task.getLocalPort()));
        assertThat(from(ear))
            .isEqualTo(
                new InetSocketAddress(InetAddress.getByName(TwoNodes.HOME), task.getLocalPort()));
        assertThat(from(task)).isEqualTo(new InetSocketAddress(TwoNodes.HOME, task.getLocalPort()));
        peer.send(new DatagramPacket(new byte[3], 3, everybody, task.getLocalPort()));
        assertThat(from(task)).isEqualTo(peer.getLocalSocketAddress());
        from(ear);
      }
    }
  }

  private static java.net.SocketAddress from(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    socket.receive(packet);
    return packet.getSocketAddress();
  }

  @ParameterizedTest
  @ValueSource(strings = {TwoNodes.HOME, TwoNodes.HOME6, "127.0.0.1", "::1"})
  void theTaskTalksToItself(String address) throws Exception {
    DatagramSocket server =
        nodes.task(() -> new DatagramSocket(0, InetAddress.getByName(address))).get();
    var unused = nodes.task(() -> echo(server));
    InetSocketAddress to = (InetSocketAddress) server.getLocalSocketAddress();
    try (server;
        DatagramSocket socket = nodes.task(() -> new DatagramSocket()).get()) {
      assertThat(nodes.task(() -> ask(socket, to)).get(30, TimeUnit.SECONDS)).isEqualTo("hello");
    }
  }
}
