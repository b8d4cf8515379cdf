package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Outside;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Echoes;
import io.sojourn.victim.Groups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads that wait for messages, in every way to wait. */
class ReceivesIT {
  @RegisterExtension static final Node node = Node.shared();

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final List<String> SERVERS = List.of("blocking", "selector", "async");

  /** Groups joined, sources picked and blocked, and options that CRIU has no image for. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void groupsAreHeardAndOptionsKept(Jdk jdk) throws IOException {
    Subject subject = node.subject(jdk, Groups.class).start("127.0.0.1", "127.0.0.1");
    String options = subject.ask("options");
    int[] ports =
        Arrays.stream(subject.ask("ports").split(" ")).mapToInt(Integer::parseInt).toArray();
    try (DatagramChannel four = DatagramChannel.open(StandardProtocolFamily.INET)) {
      four.bind(new InetSocketAddress(HERE, 0));
      four.setOption(
          StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByInetAddress(HERE));
      subject.twoGenerations(
          () -> {
            for (int port : ports) say(four, port);
            assertThat(subject.ask("heard")).isEqualTo("hear|hear||");
            assertThat(subject.ask("options")).isEqualTo(options);
            // There is no way to IPv6 groups by the loopback interface: asked of the kernel.
            assertThat(Path.of("/proc/net/igmp6"))
                .content()
                .containsPattern("lo +ff120000000000000000000000000077 +1 ");
          });
    }
  }

  private static void say(DatagramChannel from, int port) {
    try {
      from.send(
          ByteBuffer.wrap("hear".getBytes(StandardCharsets.UTF_8)),
          new InetSocketAddress(Groups.FOUR, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void waitOnAndAreServed(Jdk jdk) throws IOException {
    Subject subject = node.subject(jdk, Echoes.class).start();
    List<Socket> peers = new ArrayList<>();
    try (DatagramSocket datagrams = new DatagramSocket(0, HERE)) {
      datagrams.setSoTimeout(10_000);
      for (String server : SERVERS) peers.add(connect(subject, server));
      for (int generation = 0; generation < 2; generation++) {
        for (Socket peer : peers) echo(peer, "before " + generation);
        long rounds = Long.parseLong(subject.ask("loopback"));
        Outside before = Outside.of(subject.pid());

        subject.freeze().done();
        // These lie in the senders' queues until somebody acknowledges them.
        for (Socket peer : peers) send(peer, "while frozen");
        subject.restore().done();

        assertThat(Outside.of(subject.pid()).since(before)).isEmpty();
        for (Socket peer : peers) receive(peer, "while frozen");
        for (Socket peer : peers) echo(peer, "after " + generation);
        datagram(datagrams, Integer.parseInt(subject.ask("udp")));
        // TCP repeats what the freeze has swallowed in its own time.
        await("the task's own connection")
            .atMost(Duration.ofSeconds(30))
            .until(() -> Long.parseLong(subject.ask("loopback")) > rounds);
        assertThat(subject.ask("failure")).isEqualTo("null");
        // What was blocked in accept accepts.
        for (String server : SERVERS) peers.add(connect(subject, server));
      }
    } finally {
      for (Socket peer : peers) peer.close();
    }
  }

  private static Socket connect(Subject subject, String server) throws IOException {
    Socket peer = new Socket(HERE, Integer.parseInt(subject.ask(server)));
    peer.setSoTimeout(20_000);
    echo(peer, "hello");
    return peer;
  }

  private static void echo(Socket peer, String text) throws IOException {
    send(peer, text);
    receive(peer, text);
  }

  private static void send(Socket peer, String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void receive(Socket peer, String text) throws IOException {
    assertThat(peer.getInputStream().readNBytes(text.length()))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(text);
  }

  private static void datagram(DatagramSocket socket, int port) throws IOException {
    byte[] text = "datagram".getBytes(StandardCharsets.UTF_8);
    socket.send(new DatagramPacket(text, text.length, HERE, port));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    socket.receive(answer);
    assertThat(answer.getLength()).isEqualTo(text.length);
  }
}
