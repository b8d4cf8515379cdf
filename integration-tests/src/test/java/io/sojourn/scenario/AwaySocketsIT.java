package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Groups;
import io.sojourn.victim.Sockets;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sockets of a task that goes and comes home do what they would have done. */
@Timeout(180)
class AwaySocketsIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsFailAsAtHome(Jdk jdk) throws IOException {
    try (ServerSocket server = server()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      int closed = server().getLocalPort();
      List<String> questions =
          List.of(
              "connect a 127.0.0.1 1",
              "connect b ::1 1",
              "connect c " + nodes.peerAddress() + " 1",
              "connect d 198.51.100.7 80",
              "connect e " + nodes.peerAddress() + " " + server.getLocalPort(),
              "wait e 300");
      assertThat(closed).isPositive();
      List<String> atHome = new ArrayList<>();
      nodes.twice(
          subject,
          () -> {
            List<String> now =
                questions.stream()
                    .map(subject::ask)
                    .map(said -> said.replaceAll(":\\d{4,5}\\b", ":PORT"))
                    .toList();
            if (atHome.isEmpty()) atHome.addAll(now);
            assertThat(now).isEqualTo(atHome);
            assertThat(subject.ask("close e")).isEqualTo("done");
          });
      assertThat(atHome.get(0)).contains("refused");
      assertThat(atHome.get(3)).contains("unreachable");
    }
  }

  private static ServerSocket server() throws IOException {
    return nodes.atPeers(() -> new ServerSocket(0, 50, InetAddress.getByName(nodes.peerAddress())));
  }

  /** Home's socket still waits for the peer's last word when the task comes home. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void whatIsOverAndStillOpenComesHome(Jdk jdk) throws Exception {
    try (ServerSocket server = server()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      nodes.out(subject);
      // Made while away: of others its deputy has a descriptor too.
      subject.ask("connect over " + nodes.peerAddress() + " " + server.getLocalPort());
      Socket peer = server.accept();
      peer.shutdownOutput();
      String end = subject.ask("read over 1");
      nft("add table ip silent; add chain ip silent out { type filter hook output priority 0; }");
      nft("add rule ip silent out tcp sport " + server.getLocalPort() + " drop");
      try {
        subject.ask("end over");
        await().until(() -> nodes.atHome(() -> waitsForTheLastWord(peer)));
        nodes.back(subject);
      } finally {
        nft("delete table ip silent");
      }
      assertThat(subject.ask("read over 1")).isEqualTo(end);
      assertThat(subject.ask("close over")).isEqualTo("done");
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
      peer.close();
    }
  }

  /** Has the peers' kernel drop what they send. */
  private static void nft(String command) throws IOException {
    nodes.atPeers(() -> nftHere(command));
  }

  private static boolean nftHere(String command) throws Exception {
    assertThat(new ProcessBuilder("nft", command).inheritIO().start().waitFor())
        .as(command)
        .isZero();
    return true;
  }

  /** So many that CRIU would hardly take all of them for what they are not. */
  private static final int BEGUN = 12;

  /** Where nobody answers yet, at home; the task's world answers it at once. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsToItselfThatAreUnderWayGoOn(Jdk jdk) throws Exception {
    Subject subject = nodes.subject(jdk, Sockets.class).start();
    String port = subject.ask("listen own any");
    String silent =
        "add table ip silent; add chain ip silent in { type filter hook input priority 0; };";
    nodes.atHome(() -> nftHere(silent + "add rule ip silent in tcp dport " + port + " drop"));
    for (int i = 0; i < BEGUN; i++) subject.ask("begin own" + i + " 127.0.0.1 " + port);
    nodes.out(subject);
    nodes.atHome(() -> nftHere("delete table ip silent"));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < BEGUN; i++) {
        String name = "own" + i;
        if (round == 0) assertThat(subject.ask("finish " + name)).endsWith(":" + port);
        subject.ask("write " + name + " self");
        assertThat(subject.ask("read " + name + " 4")).isEqualTo("self");
      }
      if (round == 0) nodes.back(subject);
    }
  }

  /** To a machine that does not answer until the task has moved. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsThatAreUnderWayGoOn(Jdk jdk) throws Exception {
    try (ServerSocket server = server()) {
      String to = nodes.peerAddress() + " " + server.getLocalPort();
      String drop = "tcp dport " + server.getLocalPort() + " drop";
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      nft("add table ip silent; add chain ip silent in { type filter hook input priority 0; }");
      nft("add rule ip silent in " + drop);
      try {
        subject.ask("begin left " + to);
        nodes.out(subject);
        awaitConnects(server, 1);
        // Home's own attempt is in nobody's way, and goes on where it was for nothing.
        try (HeldCriu criu = HeldCriu.failingRestores(nodes.home())) {
          nodes.home().ckpt("migrate", subject.name(), "home").failed("the task runs on there");
        }
        nft("flush chain ip silent in");
        isHeard(subject, "left", server);
        nft("add rule ip silent in " + drop);
        subject.ask("begin away " + to);
        awaitConnects(server, 1);
        nodes.back(subject);
      } finally {
        nft("delete table ip silent");
      }
      isHeard(subject, "away", server);
    }
  }

  /** Waits until home has asked, and nobody has answered. */
  private static void awaitConnects(ServerSocket server, int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> nodes.atHome(() -> connects(server.getLocalPort())) == count);
  }

  /** In SYN_SENT: proc(5), net/tcp. */
  private static long connects(int port) throws IOException {
    List<String> kernels = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6"))
      kernels.addAll(Files.readAllLines(Path.of("/proc/thread-self/net", table)));
    return kernels.stream()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words[2].endsWith(":%04X".formatted(port)) && words[3].equals("02"))
        .count();
  }

  private static void isHeard(Subject subject, String name, ServerSocket server)
      throws IOException {
    String ends = subject.ask("finish " + name);
    try (Socket peer = server.accept()) {
      assertThat(ends).startsWith(nodes.homeAddress() + ":" + peer.getPort() + " ");
      write(peer, name);
      assertThat(subject.ask("read " + name + " " + name.length())).isEqualTo(name);
      assertThat(subject.ask("close " + name)).isEqualTo("done");
    }
  }

  /** In LAST_ACK, and nobody's: proc(5), net/tcp. */
  private static boolean waitsForTheLastWord(Socket peer) throws IOException {
    List<String> kernels = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6"))
      kernels.addAll(Files.readAllLines(Path.of("/proc/thread-self/net", table)));
    return kernels.stream()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words[1].endsWith(":%04X".formatted(peer.getPort())))
        .anyMatch(words -> words[3].equals("09") && words[9].equals("0"));
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void whatIsHalfClosedStaysSo(Jdk jdk) throws Exception {
    try (ServerSocket server = server()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      String to = nodes.peerAddress() + " " + server.getLocalPort();
      subject.ask("connect ours " + to);
      Socket ours = server.accept();
      subject.ask("connect theirs " + to);
      Socket theirs = server.accept();
      subject.ask("connect late " + to);
      Socket late = server.accept();
      subject.ask("write ours last");
      subject.ask("end ours");
      write(theirs, "lastword");
      theirs.shutdownOutput();
      nodes.out(subject);
      assertThat(all(ours)).isEqualTo("last");
      write(ours, "still");
      assertThat(subject.ask("read ours 5")).isEqualTo("still");
      assertThat(subject.ask("read theirs 4")).isEqualTo("last");
      subject.ask("write theirs away");
      assertThat(read(theirs, 4)).isEqualTo("away");
      subject.ask("write late x");
      subject.ask("end late");
      nodes.back(subject);
      assertThat(all(late)).isEqualTo("x");
      write(late, "answer");
      assertThat(subject.ask("read late 6")).isEqualTo("answer");
      assertThat(subject.ask("read theirs 9")).isEqualTo("word");
      subject.ask("write theirs home");
      subject.ask("close theirs");
      assertThat(all(theirs)).isEqualTo("home");
      write(ours, "more");
      ours.close();
      assertThat(subject.ask("read ours 9")).isEqualTo("more");
      // A reset is one, in both directions.
      subject.ask("connect reset " + to);
      Socket reset = server.accept();
      subject.ask("connect cut " + to);
      Socket cut = server.accept();
      nodes.out(subject);
      reset.setSoLinger(true, 0);
      reset.close();
      assertThat(subject.ask("read reset 1")).contains("reset");
      subject.ask("set cut reset");
      subject.ask("close cut");
      cut.setSoTimeout(10_000);
      assertThat(outcome(cut)).contains("reset");
      nodes.back(subject);
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(Socket socket, int count) throws IOException {
    socket.setSoTimeout(15_000);
    return new String(socket.getInputStream().readNBytes(count), StandardCharsets.UTF_8);
  }

  private static String all(Socket socket) throws IOException {
    socket.setSoTimeout(15_000);
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String outcome(Socket socket) {
    try {
      return "read " + socket.getInputStream().read();
    } catch (IOException failed) {
      return String.valueOf(failed.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void connectsDuringAMoveWait(Jdk jdk) throws Exception {
    Subject subject = nodes.subject(jdk, Sockets.class).start();
    int echo = Integer.parseInt(subject.ask("listen echo any"));
    int held = Integer.parseInt(subject.ask("hold held"));
    AtomicBoolean over = new AtomicBoolean();
    AtomicReference<String> failure = new AtomicReference<>("");
    AtomicLong served = new AtomicLong();
    Thread clients = new Thread(() -> connectOn(echo, over, served, failure), "clients");
    clients.start();
    List<Socket> waiting = new ArrayList<>();
    try {
      for (int round = 0; round < 4; round++) {
        if (round % 2 == 0) {
          waiting.add(connect(nodes.homeAddress(), held));
          write(waiting.get(round / 2), "hello" + round / 2);
        } else accept(subject, round / 2, waiting.get(round / 2));
        long before = served.get();
        await()
            .untilAsserted(
                () -> {
                  assertThat(failure.get()).isEmpty();
                  assertThat(served.get()).isGreaterThan(before + 5);
                });
        if (round % 2 == 0) nodes.out(subject);
        else nodes.back(subject);
      }
    } finally {
      over.set(true);
      clients.join();
      for (Socket one : waiting) one.close();
    }
    assertThat(failure.get()).isEmpty();
  }

  /** What waited at home when the task set out reaches it there. */
  private static void accept(Subject subject, int number, Socket waiting) throws IOException {
    String name = "held" + number;
    assertThat(subject.ask("accept held " + name)).contains(":");
    assertThat(subject.ask("read " + name + " 6")).isEqualTo("hello" + number);
    subject.ask("write " + name + " answer");
    assertThat(read(waiting, 6)).isEqualTo("answer");
  }

  private static Socket connect(String host, int port) throws IOException {
    return nodes.atPeers(
        () -> {
          Socket socket = new Socket();
          socket.connect(new InetSocketAddress(host, port), 60_000);
          socket.setSoTimeout(60_000);
          return socket;
        });
  }

  private static void connectOn(
      int port, AtomicBoolean over, AtomicLong served, AtomicReference<String> failure) {
    while (!over.get())
      try (Socket socket = connect(nodes.homeAddress(), port)) {
        write(socket, "ping");
        String back = new String(socket.getInputStream().readNBytes(4), StandardCharsets.UTF_8);
        if (!back.equals("ping")) throw new IOException("'" + back + "' after " + served.get());
        served.incrementAndGet();
      } catch (IOException failed) {
        failure.compareAndSet("", failed.toString());
      }
  }

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

  /** Groups joined before it left, whose datagrams come to home's interface. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void groupsGoOnToBeHeard(Jdk jdk) throws Exception {
    InetAddress here = InetAddress.getByName(nodes.peerAddress());
    try (DatagramSocket speaker = peer()) {
      nodes.atPeers(
          () ->
              speaker.setOption(
                  StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByInetAddress(here)));
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

  private static void say(DatagramSocket from, int port) {
    try {
      byte[] text = "hear".getBytes(StandardCharsets.UTF_8);
      InetSocketAddress to = new InetSocketAddress(Groups.FOUR, port);
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

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void bothFamiliesAreServed(Jdk jdk) throws Exception {
    Subject subject = nodes.subject(jdk, Sockets.class).start();
    int port = Integer.parseInt(subject.ask("listen both any"));
    List<Socket> peers = new ArrayList<>();
    try {
      nodes.twice(
          subject,
          () -> {
            try {
              for (Socket peer : peers) echo(peer);
              for (String host : List.of("127.0.0.1", "::1", nodes.homeAddress())) {
                peers.add(nodes.atHome(() -> new Socket(host, port)));
                echo(peers.get(peers.size() - 1));
                // To itself, as well.
                String name = "own" + peers.size();
                assertThat(subject.ask("connect " + name + " " + host + " " + port)).contains(":");
                subject.ask("write " + name + " self");
                assertThat(subject.ask("read " + name + " 4")).isEqualTo("self");
              }
              for (int i = 1; i <= peers.size(); i++) {
                subject.ask("write own" + i + " again");
                assertThat(subject.ask("read own" + i + " 5")).isEqualTo("again");
              }
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    } finally {
      for (Socket peer : peers) peer.close();
    }
  }

  private static void echo(Socket peer) throws IOException {
    write(peer, "echo");
    assertThat(read(peer, 4)).isEqualTo("echo");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void optionsRemainAsTheyWereSet(Jdk jdk) throws Exception {
    try (ServerSocket server = server()) {
      Subject subject = nodes.subject(jdk, Sockets.class).start();
      subject.ask("connect a " + nodes.peerAddress() + " " + server.getLocalPort());
      try (Socket peer = server.accept()) {
        subject.ask("set a keep-alive");
        String set = subject.ask("set a linger");
        assertThat(set).contains("keep-alive true no-delay false linger 7");
        nodes.out(subject);
        assertThat(subject.ask("options a")).isEqualTo(set);
        String later = subject.ask("set a no-delay");
        assertThat(later).contains("no-delay true");
        nodes.back(subject);
        assertThat(subject.ask("options a")).isEqualTo(later);
        write(peer, "on");
        assertThat(subject.ask("read a 2")).isEqualTo("on");
      }
    }
  }
}
