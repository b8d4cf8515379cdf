package io.sojourn.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.RawSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that is kept still, whose peer is on the same machine. */
class ConnectionLockTest {
  private static final int SOL_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final int MSG_DONTWAIT = 0x40;

  /** Of packets that vanish the third is asked after by then, and eight times as late. */
  private static final int STILL_MILLIS = 3_000;

  private NetworkNamespace network;

  @BeforeEach
  void make() throws Exception {
    network = NetworkNamespace.make();
    network.run("link set lo up\n", List.of("ip", "-batch", "-"));
  }

  @AfterEach
  void leave() {
    network.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aPeerGoesOnAskingAsOftenAsAtFirst(String host) throws Exception {
    try (Connection connection = meet(InetAddress.getByName(host))) {
      RawSocket peer = connection.one();
      Socket ours = connection.other();
      ConnectionLock lock = new ConnectionLock("still");
      network.call(() -> covered(lock, peer));
      assertThat(peer.send(new byte[3000], 3000)).isEqualTo(3000);
      Thread.sleep(STILL_MILLIS);
      assertThat(ours.getInputStream().available()).isZero();
      assertThat(doublings(peer)).isLessThanOrEqualTo(1);
      network.call(() -> removed(lock));
      assertThat(ours.getInputStream().readNBytes(3000)).hasSize(3000);
    }
  }

  @Test
  void oursSaysNothing() throws Exception {
    try (Connection connection = meet(InetAddress.getLoopbackAddress())) {
      RawSocket peer = connection.one();
      Socket ours = connection.other();
      ConnectionLock lock = new ConnectionLock("still");
      network.call(() -> covered(lock, peer));
      ours.getOutputStream().write(1);
      byte[] byteOfOurs = new byte[1];
      Thread.sleep(500);
      assertThat(peer.receive(byteOfOurs, 1, MSG_DONTWAIT)).isLessThanOrEqualTo(0);
      network.call(() -> removed(lock));
      Awaitility.await().until(() -> peer.receive(byteOfOurs, 1, MSG_DONTWAIT) == 1);
    }
  }

  /** By itself its kernel would say it 6.2 s after it first did. */
  @Test
  void anEndThatAsksGoesOnAtOnce() throws Exception {
    try (Connection connection = meet(InetAddress.getLoopbackAddress())) {
      RawSocket ours = connection.one();
      Socket peer = connection.other();
      ConnectionLock lock = new ConnectionLock("still");
      network.call(() -> covered(lock, text(ours.local()), text(ours.peer())));
      assertThat(ours.send(new byte[3000], 3000)).isEqualTo(3000);
      Thread.sleep(STILL_MILLIS + 500);
      assertThat(doublings(ours)).isGreaterThan(3);
      network.call(() -> removed(lock));
      TcpRepairMode.ask(ours);
      Awaitility.await()
          .atMost(Duration.ofSeconds(1))
          .until(() -> peer.getInputStream().available() == 3000);
    }
  }

  private record Connection(RawSocket one, Socket other) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      other.close();
      one.close();
    }
  }

  /** The kernel of the one has measured how long an answer takes. */
  private Connection meet(InetAddress address) throws IOException {
    try (ServerSocket server = network.call(() -> new ServerSocket(0, 1, address))) {
      InetSocketAddress end = new InetSocketAddress(address, server.getLocalPort());
      RawSocket one = network.call(() -> RawSocket.tcp(end));
      one.connect(end);
      Socket other = server.accept();
      for (int i = 0; i < 50; i++) {
        one.send(new byte[] {0}, 1);
        assertThat(other.getInputStream().read()).isZero();
      }
      return new Connection(one, other);
    }
  }

  private static Object covered(ConnectionLock lock, RawSocket peer) {
    return covered(lock, text(peer.peer()), text(peer.local()));
  }

  private static Object covered(ConnectionLock lock, String local, String remote) {
    String table = local.startsWith("[") ? "tcp6" : "tcp";
    lock.cover(List.of(new InternetSocket(1, table, "ESTABLISHED", local, remote, 0, 0)));
    return lock;
  }

  private static Object removed(ConnectionLock lock) {
    ConnectionLock.remove(lock.table());
    return lock;
  }

  private static String text(InetSocketAddress end) {
    String host = end.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + end.getPort();
  }

  /** How often the time was doubled after which it asks again. */
  private static int doublings(RawSocket socket) {
    return socket.ask(SOL_TCP, TCP_INFO, new int[2])[1] & 0xff;
  }
}
