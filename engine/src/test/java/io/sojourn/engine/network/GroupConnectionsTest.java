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
    GroupConnections all = of(Set.of(1L, 2L, 3L), List.of(server, client, outside, other));
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
    assertThat(of(Set.of(1L, 2L), sockets).unsettled())
        .hasValueSatisfying(why -> assertThat(why).contains(CLIENT, "not accepted"));
    // Where the listener is none of theirs, that is an outsider's matter.
    assertThat(of(Set.of(2L), sockets).unsettled()).isEmpty();
  }

  @Test
  void whatWasClosedAndHasNotArrivedIsUnsettled() {
    InternetSocket reader = socket(2, "ESTABLISHED", CLIENT, SERVER);
    assertThat(unsettled(reader, "FIN_WAIT1")).contains("has arrived");
    assertThat(unsettled(reader, "FIN_WAIT2")).isEmpty();
    assertThat(unsettled(reader, "TIME_WAIT")).isEmpty();
    assertThat(unsettled(socket(2, "CLOSE_WAIT", CLIENT, SERVER), "FIN_WAIT1")).isEmpty();
  }

  private static GroupConnections of(Set<Long> inodes, List<InternetSocket> all) {
    return GroupConnections.of(List.of(GroupEnds.of(inodes, all)));
  }

  @Test
  void theOtherEndMayBeOnAnotherNode() {
    String far = "10.0.0.2:7000", near = "10.0.0.1:40000";
    InternetSocket client = socket(1, "ESTABLISHED", near, far);
    InternetSocket server = socket(5, "ESTABLISHED", far, near);
    GroupEnds here = GroupEnds.of(Set.of(1L), List.of(client));
    GroupEnds there = GroupEnds.of(Set.of(5L), List.of(server));
    assertThat(GroupConnections.of(List.of(here, there)).among())
        .containsExactlyInAnyOrder(client, server);
    GroupEnds busy =
        GroupEnds.of(
            Set.of(4L),
            List.of(
                socket(4, "LISTEN", "0.0.0.0:7000", "0.0.0.0:0"),
                socket(0, "ESTABLISHED", far, near)));
    assertThat(GroupConnections.of(List.of(here, busy)).unsettled())
        .hasValueSatisfying(why -> assertThat(why).contains(near, "not accepted"));
    assertThat(here.here(List.of(server, socket(9, "ESTABLISHED", CLIENT, SERVER))))
        .containsExactly(server);
  }

  @Test
  void loopbackIsEachNodesOwn() {
    GroupEnds here = GroupEnds.of(Set.of(1L), List.of(socket(1, "ESTABLISHED", SERVER, CLIENT)));
    GroupEnds there = GroupEnds.of(Set.of(1L), List.of(socket(1, "ESTABLISHED", CLIENT, SERVER)));
    assertThat(GroupConnections.of(List.of(here, there)).among()).isEmpty();
  }

  private static String unsettled(InternetSocket reader, String other) {
    return of(Set.of(2L), List.of(reader, socket(0, other, SERVER, CLIENT))).unsettled().orElse("");
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
        assertThat(GroupEnds.ofImages(List.of(image.build())).left()).as("it is open").isEmpty();
        // Who closes first waits.
        client.close();
        assertThat(accepted.getInputStream().read()).isEqualTo(-1);
      }
    }
    List<InternetSocket> left = GroupEnds.ofImages(List.of(image.build())).left();
    assertThat(left).hasSize(1);
    try (SocketEnd end = SocketEnd.make()) {
      assertThat(end.of(left.get(0))).isTrue();
      assertThat(end.of(left.get(0))).as("once more").isFalse();
    }
    assertThat(GroupEnds.ofImages(List.of(image.build())).left()).isEmpty();
    assertThat(InternetSocket.connectionsInNamespaceOf(SELF)).doesNotContain(left.get(0));
  }

  private static InternetSocket socket(long inode, String state, String local, String remote) {
    return new InternetSocket(inode, "tcp", state, local, remote, 0, 0);
  }
}
