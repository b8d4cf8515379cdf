package io.sojourn.restore.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connects out of the guest world happen at home, and end as they would there. */
class TaskConnectsTest {
  private static TwoNodes nodes;

  @BeforeAll
  static void start() throws IOException {
    nodes = new TwoNodes();
  }

  @AfterAll
  static void stop() throws IOException {
    nodes.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {TwoNodes.PEER, TwoNodes.PEER6})
  void thePeerSeesHome(String address) throws Exception {
    ServerSocket server =
        nodes.peer(() -> new ServerSocket(0, 9, InetAddress.getByName(address))).get();
    Future<InetSocketAddress> seen =
        nodes.peer(
            () -> {
              try (Socket one = server.accept()) {
                one.getInputStream().transferTo(one.getOutputStream());
                return (InetSocketAddress) one.getRemoteSocketAddress();
              }
            });
    Future<InetSocketAddress> own =
        nodes.task(
            () -> {
              try (Socket socket = new Socket(address, server.getLocalPort())) {
                socket.getOutputStream().write("hello".getBytes());
                socket.shutdownOutput();
                assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("hello");
                return (InetSocketAddress) socket.getLocalSocketAddress();
              }
            });
    assertThat(own.get(10, TimeUnit.SECONDS)).isEqualTo(seen.get(10, TimeUnit.SECONDS));
    String home = address.equals(TwoNodes.PEER) ? TwoNodes.HOME : TwoNodes.HOME6;
    assertThat(own.get().getAddress()).isEqualTo(InetAddress.getByName(home));
  }

  @ParameterizedTest
  @ValueSource(strings = {TwoNodes.PEER, TwoNodes.PEER6, "127.0.0.1", "::1", TwoNodes.HOME})
  void refused(String address) {
    assertThatThrownBy(() -> nodes.task(() -> new Socket(address, 9)).get(10, TimeUnit.SECONDS))
        .rootCause()
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("refused");
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
  void unreachable(String address) {
    assertThatThrownBy(() -> nodes.task(() -> new Socket(address, 9)).get(10, TimeUnit.SECONDS))
        .rootCause()
        .satisfiesAnyOf(
            e -> assertThat(e).hasMessageContaining("Network is unreachable"),
            e -> assertThat(e).isInstanceOf(NoRouteToHostException.class));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "127.0.0.2", TwoNodes.HOME})
  void loopbackIsHomes(String address) throws Exception {
    ServerSocket server =
        nodes.atHome(() -> new ServerSocket(0, 9, InetAddress.getByName(address))).get();
    Future<Integer> seen =
        nodes.atHome(
            () -> {
              try (Socket one = server.accept()) {
                return one.getInputStream().read();
              }
            });
    nodes
        .task(
            () -> {
              try (Socket socket = new Socket(address, server.getLocalPort())) {
                socket.getOutputStream().write(42);
              }
              return 0;
            })
        .get(10, TimeUnit.SECONDS);
    assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo(42);
  }

  @Test
  void noHostAtThatAddress() {
    assertThatThrownBy(() -> nodes.task(() -> new Socket("10.9.8.99", 9)).get(1, TimeUnit.MINUTES))
        .rootCause()
        .hasMessageContaining("No route to host");
  }

  @Test
  void noAnswerAtAll() throws Exception {
    nodes.peers.run(
        "table inet hole {\nchain in { type filter hook input priority 0; tcp dport 9999 drop; }\n}\n",
        List.of("nft", "-f", "-"));
    patience("1");
    assertThatThrownBy(
            () -> nodes.task(() -> new Socket(TwoNodes.PEER, 9999)).get(1, TimeUnit.MINUTES))
        .rootCause()
        .hasMessageContaining("timed out");
    patience("6");
  }

  /** How often a connect repeats itself before it gives up. */
  private static void patience(String retries) throws IOException {
    Path setting = Path.of("/proc/sys/net/ipv4/tcp_syn_retries");
    for (var one : List.of(nodes.world, nodes.home))
      one.call(() -> Files.writeString(setting, retries));
  }
}
