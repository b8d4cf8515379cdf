package io.sojourn.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.SocketEnd;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GroupConnectionsTest {
  private static final int SELF = (int) ProcessHandle.current().pid();
  private static final String SERVER = "127.0.0.1:7000", CLIENT = "127.0.0.1:40000";

  @Test
  void bothEndsOfWhatTwoOfThemHaveAreAmongThem() {
    InternetSocket server = socket(1, "ESTABLISHED", SERVER, CLIENT);
    InternetSocket client = socket(2, "CLOSE_WAIT", CLIENT, SERVER);
    InternetSocket outside = socket(3, "ESTABLISHED", SERVER, "127.0.0.1:50000");
    InternetSocket other = socket(9, "ESTABLISHED", "127.0.0.1:50000", SERVER);
    GroupConnections all =
        GroupConnections.of(Set.of(1L, 2L, 3L), List.of(server, client, outside, other));
    assertThat(all.among()).containsExactlyInAnyOrder(server, client);
    assertThat(all.unsettled()).isEmpty();
  }

  @Test
  void whatOneHasNotAcceptedIsUnsettled() {
    List<InternetSocket> sockets =
        List.of(
            socket(1, "LISTEN", "0.0.0.0:7000", "0.0.0.0:0"),
            socket(0, "ESTABLISHED", SERVER, CLIENT),
            socket(2, "ESTABLISHED", CLIENT, SERVER));
    assertThat(GroupConnections.of(Set.of(1L, 2L), sockets).unsettled())
        .hasValueSatisfying(why -> assertThat(why).contains(CLIENT, "not accepted"));
    // Where the listener is none of theirs, that is an outsider's matter.
    assertThat(GroupConnections.of(Set.of(2L), sockets).unsettled()).isEmpty();
  }

  @Test
  void whatWasClosedAndHasNotArrivedIsUnsettled() {
    InternetSocket reader = socket(2, "ESTABLISHED", CLIENT, SERVER);
    assertThat(unsettled(reader, "FIN_WAIT1")).contains("has arrived");
    assertThat(unsettled(reader, "FIN_WAIT2")).isEmpty();
    assertThat(unsettled(reader, "TIME_WAIT")).isEmpty();
    assertThat(unsettled(socket(2, "CLOSE_WAIT", CLIENT, SERVER), "FIN_WAIT1")).isEmpty();
  }

  private static String unsettled(InternetSocket reader, String other) {
    return GroupConnections.of(Set.of(2L), List.of(reader, socket(0, other, SERVER, CLIENT)))
        .unsettled()
        .orElse("");
  }

  /** The kernel's own, of real connections. */
  @Test
  void whatIsLeftOfImagesIsFoundAndEnded() throws IOException {
    Manifest.Builder image = Manifest.newBuilder();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var client = new java.net.Socket(server.getInetAddress(), server.getLocalPort());
      try (var accepted = server.accept()) {
        image.addSockets(
            Socket.newBuilder()
                .setProtocol("tcp6")
                .setState("ESTABLISHED")
                .setLocal("127.0.0.1:" + client.getLocalPort())
                .setRemote("127.0.0.1:" + server.getLocalPort()));
        assertThat(GroupConnections.leftOf(List.of(image.build()))).as("it is open").isEmpty();
        // Who closes first waits.
        client.close();
        assertThat(accepted.getInputStream().read()).isEqualTo(-1);
      }
    }
    List<InternetSocket> left = GroupConnections.leftOf(List.of(image.build()));
    assertThat(left).hasSize(1);
    try (SocketEnd end = SocketEnd.make()) {
      assertThat(end.of(left.get(0))).isTrue();
      assertThat(end.of(left.get(0))).as("once more").isFalse();
    }
    assertThat(GroupConnections.leftOf(List.of(image.build()))).isEmpty();
    assertThat(InternetSocket.connectionsInNamespaceOf(SELF)).doesNotContain(left.get(0));
  }

  private static InternetSocket socket(long inode, String state, String local, String remote) {
    return new InternetSocket(inode, "tcp", state, local, remote, 0, 0);
  }
}
