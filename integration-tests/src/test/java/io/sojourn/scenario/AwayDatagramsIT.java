package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Groups;
import io.sojourn.victim.Sockets;
import io.sojourn.victim.Unanswered;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Datagrams of a task that goes and comes home, and to it. */
@Timeout(180)
class AwayDatagramsIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void datagramsGoOnUnderTheirAddress(Jdk jdk) throws Exception {
    InetAddress home = InetAddress.getByName(nodes.homeAddress());
    try (DatagramSocket one = peer();
        DatagramSocket other = peer()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      int bound = Integer.parseInt(subject.ask("datagrams bound 0.0.0.0"));
      int connected =
          Integer.parseInt(
              subject.ask(
                  "peer connected %s %s %d"
                      .formatted(nodes.homeAddress(), nodes.peerAddress(), other.getLocalPort())));
      nodes.twice(
          subject,
          () -> {
            talks(one, new InetSocketAddress(home, bound));
            talks(other, new InetSocketAddress(home, connected));
            // Who is not its peer is not heard by a connected socket.
            long before = Long.parseLong(subject.ask("heard connected"));
            try {
              one.send(new DatagramPacket(new byte[1], 1, home, connected));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            talks(other, new InetSocketAddress(home, connected));
            assertThat(Long.parseLong(subject.ask("heard connected"))).isEqualTo(before + 1);
          });
      // Sent during moves: none comes twice, and what comes back comes from where it went.
      AtomicBoolean over = new AtomicBoolean();
      List<String> wrong = new ArrayList<>();
      AtomicLong back = new AtomicLong();
      Thread traffic =
          new Thread(() -> stream(one, new InetSocketAddress(home, bound), over, back, wrong));
      traffic.start();
      for (int round = 0; round < 4; round++) {
        if (round % 2 == 0) nodes.out(subject);
        else nodes.back(subject);
        long before = back.get();
        await().until(() -> back.get() > before + 20);
      }
      over.set(true);
      traffic.join();
      assertThat(wrong).isEmpty();
    }
  }

  /** Whose datagrams to groups go to home's network. */
  private static DatagramSocket speaker() throws Exception {
    InetAddress here = InetAddress.getByName(nodes.peerAddress());
    DatagramSocket speaker = peer();
    nodes.atPeers(
        () ->
            speaker.setOption(
                StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByInetAddress(here)));
    return speaker;
  }

  /** Groups joined before it left, whose datagrams come to home's interface. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void groupsGoOnToBeHeard(Jdk jdk) throws Exception {
    try (DatagramSocket speaker = speaker()) {
      Subject subject =
          nodes.subject(jdk, Groups.class).start(nodes.homeAddress(), nodes.peerAddress());
      int[] ports =
          Arrays.stream(subject.ask("ports").split(" ")).mapToInt(Integer::parseInt).toArray();
      nodes.twice(
          subject,
          () -> {
            for (int port : ports) say(speaker, port);
            boolean[] heard = new boolean[ports.length];
            await()
                .until(
                    () -> {
                      String[] said = subject.ask("heard").split("[|]", -1);
                      for (int i = 0; i < heard.length; i++) heard[i] |= !said[i].isEmpty();
                      return heard[0] && heard[1];
                    });
            assertThat(heard[2]).as("heard from a source that is blocked").isFalse();
          });
    }
  }

  /** Joined and left while it is away. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void groupsAreJoinedAndLeft(Jdk jdk) throws Exception {
    try (DatagramSocket speaker = speaker()) {
      Subject subject =
          nodes.subject(jdk, Groups.class).start(nodes.homeAddress(), nodes.peerAddress());
      nodes.out(subject);
      int port = Integer.parseInt(subject.ask("join"));
      Callable<Boolean> heard =
          () -> {
            say(speaker, Groups.LATER, port);
            return !subject.ask("later").isEmpty();
          };
      await().until(heard);
      assertThat(laterAtHome()).isTrue();
      nodes.back(subject);
      await().until(heard);
      nodes.out(subject);
      await().until(heard);
      subject.ask("leave");
      await().until(() -> !laterAtHome());
      nodes.back(subject);
      assertThat(laterAtHome()).isFalse();
    }
  }

  /** Whether home's network is told that somebody listens to {@link Groups#LATER}. */
  private static boolean laterAtHome() throws IOException {
    return nodes.atHome(
        () -> Files.readString(Path.of("/proc/thread-self/net/igmp")).contains("08074DEF"));
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void homesDaemonDies(Jdk jdk) throws Exception {
    try (DatagramSocket speaker = peer()) {
      speaker.setSoTimeout(200);
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      nodes.out(subject);
      int port = Integer.parseInt(subject.ask("datagrams bound 0.0.0.0"));
      await().until(() -> answers(speaker, port));
      nodes.anotherDaemon(Duration.ofMillis(500));
      await().until(() -> answers(speaker, port));
      nodes.back(subject);
      await().until(() -> answers(speaker, port));
    }
  }

  /** One may be lost. */
  private static boolean answers(DatagramSocket socket, int port) throws IOException {
    InetAddress home = InetAddress.getByName(nodes.homeAddress());
    socket.send(new DatagramPacket(new byte[3], 3, home, port));
    try {
      socket.receive(new DatagramPacket(new byte[100], 100));
      return true;
    } catch (SocketTimeoutException lost) {
      return false;
    }
  }

  /** What the network says of datagrams that nobody takes. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void nobodyIsThere(Jdk jdk) throws Exception {
    int port;
    try (DatagramSocket free = peer()) {
      port = free.getLocalPort();
    }
    // Else the peer's kernel says it once a second, after the first few.
    Path limit = Path.of("/proc/sys/net/ipv4/icmp_ratelimit");
    nodes.atPeers(() -> Files.writeString(limit, "0"));
    String there = nodes.peerAddress() + " " + port;
    Subject subject = nodes.subject(jdk, Unanswered.class).start();
    String refused = "PortUnreachableException";
    assertThat(subject.ask("connect before " + there)).isEqualTo(refused);
    nodes.twice(
        subject,
        () -> {
          assertThat(subject.ask("ask before")).isEqualTo(refused);
          assertThat(subject.ask("connect here " + there)).isEqualTo(refused);
          assertThat(subject.ask("ask here")).isEqualTo(refused);
        });
  }

  private static void say(DatagramSocket from, int port) {
    say(from, Groups.FOUR, port);
  }

  private static void say(DatagramSocket from, String group, int port) {
    try {
      byte[] text = "hear".getBytes(StandardCharsets.UTF_8);
      InetSocketAddress to = new InetSocketAddress(group, port);
      from.send(new DatagramPacket(text, text.length, to));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static DatagramSocket peer() throws IOException {
    DatagramSocket socket =
        nodes.atPeers(() -> new DatagramSocket(0, InetAddress.getByName(nodes.peerAddress())));
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void talks(DatagramSocket socket, InetSocketAddress to) {
    try {
      byte[] text = "over".getBytes(StandardCharsets.UTF_8);
      socket.send(new DatagramPacket(text, text.length, to));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      assertThat(answer.getLength()).isEqualTo(text.length);
      assertThat(answer.getSocketAddress()).isEqualTo(to);
    } catch (IOException e) {
      throw new AssertionError(to.toString(), e);
    }
  }

  private static void stream(
      DatagramSocket socket,
      InetSocketAddress to,
      AtomicBoolean over,
      AtomicLong back,
      List<String> wrong) {
    java.util.Set<Long> seen = new java.util.HashSet<>();
    try {
      socket.setSoTimeout(20);
      for (long number = 0; !over.get(); number++) {
        byte[] bytes = ByteBuffer.allocate(8).putLong(number).array();
        socket.send(new DatagramPacket(bytes, 8, to));
        try {
          DatagramPacket answer = new DatagramPacket(new byte[100], 100);
          socket.receive(answer);
          if (!answer.getSocketAddress().equals(to)) wrong.add("from " + answer.getSocketAddress());
          if (!seen.add(ByteBuffer.wrap(answer.getData()).getLong())) wrong.add("twice");
          back.incrementAndGet();
        } catch (SocketTimeoutException lost) {
          // Datagrams may be.
        }
      }
    } catch (IOException failed) {
      wrong.add(failed.toString());
    }
  }
}
