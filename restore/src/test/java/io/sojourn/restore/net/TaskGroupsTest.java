package io.sojourn.restore.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups that a task joins and leaves while it is away. */
class TaskGroupsTest {
  private static final String OTHER = "10.9.8.2";
  private static final String OTHER6 = "fd09::2";
  private static TwoNodes nodes;

  @BeforeAll
  static void start() throws IOException {
    nodes = new TwoNodes();
    nodes.peers.run("", List.of("ip", "addr", "add", OTHER + "/24", "dev", "eth0"));
    nodes.peers.run("", List.of("ip", "addr", "add", OTHER6 + "/64", "dev", "eth0", "nodad"));
  }

  @AfterAll
  static void stop() throws IOException {
    nodes.close();
  }

  private static <T> T task(Callable<T> work) throws Exception {
    return nodes.task(work).get();
  }

  private static DatagramChannel open(InetAddress group) throws Exception {
    ProtocolFamily family =
        group.getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    DatagramChannel channel = DatagramChannel.open(family);
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.bind(new InetSocketAddress(0)).configureBlocking(false);
    return channel;
  }

  private static NetworkInterface here() throws IOException {
    return NetworkInterface.getByName("eth0");
  }

  private static DatagramSocket speaker(String address) throws Exception {
    return nodes
        .peer(
            () -> {
              DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName(address));
              socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, here());
              return socket;
            })
        .get();
  }

  private static void say(DatagramSocket from, InetAddress group, DatagramChannel to)
      throws IOException {
    int port = ((InetSocketAddress) to.getLocalAddress()).getPort();
    from.send(new DatagramPacket(new byte[] {1}, 1, group, port));
  }

  /** Whether anything has come since. */
  private static boolean hears(DatagramChannel channel) throws IOException {
    boolean any = false;
    while (channel.receive(ByteBuffer.allocate(100)) != null) any = true;
    return any;
  }

  /** What home's network is told by home: the rows of the kernel's table about a group. */
  private static String atHome(String table, InetAddress group) throws Exception {
    byte[] address = group.getAddress();
    StringBuilder name = new StringBuilder();
    boolean reversed = table.equals("igmp");
    for (int i = 0; i < address.length; i++)
      name.append("%02x".formatted(address[reversed ? address.length - 1 - i : i] & 255));
    String wanted = name.toString();
    Path file = Path.of("/proc/thread-self/net", table);
    try (Stream<String> lines = nodes.atHome(() -> Files.readAllLines(file)).get().stream()) {
      return lines
          .map(line -> line.toLowerCase(java.util.Locale.ROOT))
          .filter(line -> line.contains(wanted))
          .collect(Collectors.joining("\n"));
    }
  }

  @ParameterizedTest
  @CsvSource({"239.77.7.1, igmp, 10.9.8.1", "ff15::77, igmp6, fd09::1"})
  void joinsAndLeaves(String name, String table, String peer) throws Exception {
    InetAddress group = InetAddress.getByName(name);
    try (DatagramSocket speaker = speaker(peer);
        DatagramChannel first = task(() -> open(group));
        DatagramChannel second = task(() -> open(group))) {
      say(speaker, group, first);
      MembershipKey joined = task(() -> first.join(group, here()));
      await()
          .until(
              () -> {
                say(speaker, group, first);
                return hears(first);
              });
      // Who joins a group that another has joined already.
      MembershipKey also = task(() -> second.join(group, here()));
      await()
          .until(
              () -> {
                say(speaker, group, second);
                return hears(second);
              });
      joined.drop();
      assertThat(atHome(table, group)).isNotEmpty();
      also.drop();
      await().until(() -> atHome(table, group).isEmpty());
      task(() -> first.join(group, here()));
      await()
          .until(
              () -> {
                say(speaker, group, first);
                return hears(first);
              });
    }
    await().until(() -> atHome(table, group).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"232.7.7.2, mcfilter, 10.9.8.1, 10.9.8.2", "ff35::78, mcfilter6, fd09::1, fd09::2"})
  void picksSources(String name, String table, String wanted, String unwanted) throws Exception {
    InetAddress group = InetAddress.getByName(name);
    InetAddress source = InetAddress.getByName(wanted), other = InetAddress.getByName(unwanted);
    try (DatagramSocket speaker = speaker(wanted);
        DatagramSocket noise = speaker(unwanted);
        DatagramChannel channel = task(() -> open(group))) {
      MembershipKey one = task(() -> channel.join(group, here(), source));
      await()
          .until(
              () -> {
                say(noise, group, channel);
                say(speaker, group, channel);
                return hearsOnly(channel, source);
              });
      // One INCLUDE, no EXCLUDE: home's network is asked for that source and no other.
      assertThat(atHome(table, group)).hasLineCount(1).endsWith("1      0");
      MembershipKey two = task(() -> channel.join(group, here(), other));
      await()
          .until(
              () -> {
                say(noise, group, channel);
                return hears(channel);
              });
      assertThat(atHome(table, group)).hasLineCount(2);
      one.drop();
      two.drop();
      await().until(() -> atHome(table, group).isEmpty());
    }
  }

  private static boolean hearsOnly(DatagramChannel channel, InetAddress source) throws IOException {
    boolean any = false;
    for (InetSocketAddress from;
        (from = (InetSocketAddress) channel.receive(ByteBuffer.allocate(100))) != null;
        any = true) assertThat(from.getAddress()).isEqualTo(source);
    return any;
  }

  @Test
  void blocksSources() throws Exception {
    InetAddress group = InetAddress.getByName("239.77.7.3");
    try (DatagramSocket speaker = speaker(TwoNodes.PEER);
        DatagramSocket noise = speaker(OTHER);
        DatagramChannel channel = task(() -> open(group))) {
      MembershipKey key = task(() -> channel.join(group, here()));
      key.block(InetAddress.getByName(OTHER));
      await()
          .until(
              () -> {
                say(noise, group, channel);
                say(speaker, group, channel);
                return hearsOnly(channel, InetAddress.getByName(TwoNodes.PEER));
              });
      assertThat(atHome("mcfilter", group)).hasLineCount(1).endsWith("0      1");
      key.unblock(InetAddress.getByName(OTHER));
      await()
          .until(
              () -> {
                say(noise, group, channel);
                return hears(channel);
              });
    }
  }
}
