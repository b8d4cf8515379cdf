package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.SocketOptions;
import io.sojourn.protocol.image.SocketSetting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What an internet socket was told and CRIU has no image for (criu/sk-inet.c, sockets.c, sk-tcp.c
 * of 4.2). Only what differs from a new socket's.
 */
public final class SocketSettings {
  static final int SOL_IP = 0;
  static final int SOL_IPV6 = 41;
  private static final int SOL_SOCKET = 1;
  private static final int SOL_TCP = 6;

  /** A name of 16 bytes is the longest (TCP_CONGESTION). */
  private static final byte[] ROOM = new byte[16];

  private record Option(int level, int name) {}

  /** SO_TIMESTAMP, SO_TIMESTAMPNS, SO_RXQ_OVFL, SO_BUSY_POLL, SO_MAX_PACING_RATE. */
  private static final List<Option> ALL = options(SOL_SOCKET, 29, 35, 40, 46, 47);

  /**
   * IP_MTU_DISCOVER, IP_RECVERR, IP_RECVTTL, IP_RECVTOS, IP_MINTTL, IP_BIND_ADDRESS_NO_PORT,
   * IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_MULTICAST_LOOP, IP_MULTICAST_ALL, IP_UNICAST_IF.
   */
  private static final List<Option> V4 =
      options(SOL_IP, 10, 11, 12, 13, 21, 24, 32, 33, 34, 49, 50);

  /**
   * IP_TOS and IP_TTL; IPV6_UNICAST_HOPS, IPV6_MULTICAST_IF, IPV6_MULTICAST_HOPS,
   * IPV6_MULTICAST_LOOP, IPV6_MTU_DISCOVER, IPV6_RECVERR, IPV6_MULTICAST_ALL, IPV6_RECVHOPLIMIT,
   * IPV6_RECVTCLASS, IPV6_TCLASS, IPV6_AUTOFLOWLABEL, IPV6_MINHOPCOUNT, IPV6_UNICAST_IF.
   */
  private static final List<Option> V6 =
      join(
          options(SOL_IP, 1, 2),
          options(SOL_IPV6, 16, 17, 18, 19, 23, 25, 29, 51, 66, 67, 70, 73, 76));

  /**
   * TCP_SYNCNT, TCP_LINGER2, TCP_DEFER_ACCEPT, TCP_CONGESTION, TCP_THIN_LINEAR_TIMEOUTS,
   * TCP_USER_TIMEOUT, TCP_FASTOPEN, TCP_NOTSENT_LOWAT.
   */
  private static final List<Option> TCP = options(SOL_TCP, 7, 8, 9, 13, 16, 18, 23, 25);

  /** Of TCP sockets they can be read, but never set. */
  private static final List<Option> MULTICAST =
      join(options(SOL_IP, 32, 33, 34, 49), options(SOL_IPV6, 17, 18, 19, 29));

  private static final Map<List<Boolean>, Map<Option, ByteString>> NEW = new ConcurrentHashMap<>();

  private SocketSettings() {}

  private static List<Option> options(int level, int... names) {
    return Arrays.stream(names).mapToObj(name -> new Option(level, name)).toList();
  }

  private static List<Option> join(List<Option> some, List<Option> more) {
    List<Option> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static List<Option> known(boolean v6, boolean tcp) {
    List<Option> known = join(ALL, V4);
    if (v6) known = join(known, V6);
    if (tcp) known.removeAll(MULTICAST);
    return tcp ? join(known, TCP) : known;
  }

  /**
   * @param socket a duplicate
   * @param groups of the socket's network namespace
   */
  public static List<SocketSetting> of(
      OwnDescriptor socket, InternetSocket kind, MulticastGroups groups) {
    boolean v6 = kind.protocol().endsWith("6"), tcp = kind.tcp();
    List<SocketSetting> settings = new ArrayList<>();
    Map<Option, ByteString> asNew = NEW.computeIfAbsent(List.of(v6, tcp), like -> ofNew(v6, tcp));
    for (Option option : known(v6, tcp)) {
      ByteString value = read(socket, option);
      if (!value.isEmpty() && !value.equals(asNew.get(option)))
        settings.add(setting(option.level(), option.name(), value).build());
    }
    if (!tcp) settings.addAll(groups.of(socket));
    return settings;
  }

  private static Map<Option, ByteString> ofNew(boolean v6, boolean tcp) {
    InetSocketAddress like = new InetSocketAddress(any(v6), 0);
    Map<Option, ByteString> values = new ConcurrentHashMap<>();
    RawSocket made = tcp ? RawSocket.tcp(like) : RawSocket.udp(like);
    try (OwnDescriptor fresh = made.release()) {
      for (Option option : known(v6, tcp)) values.put(option, read(fresh, option));
    }
    return values;
  }

  private static InetAddress any(boolean v6) {
    try {
      return InetAddress.getByAddress(new byte[v6 ? 16 : 4]);
    } catch (java.net.UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Nothing where the kernel does not know it. */
  private static ByteString read(OwnDescriptor socket, Option option) {
    byte[] value = SocketOptions.get(socket, option.level(), option.name(), ROOM);
    return value == null ? ByteString.EMPTY : ByteString.copyFrom(value);
  }

  static SocketSetting.Builder setting(int level, int name, ByteString value) {
    return SocketSetting.newBuilder().setLevel(level).setName(name).setValue(value);
  }

  /**
   * Tells a restored socket the same.
   *
   * @param groups of its network namespace
   * @return what it could not be told
   */
  public static List<SocketSetting> tell(
      OwnDescriptor socket, List<SocketSetting> settings, MulticastGroups groups) {
    return settings.stream()
        .map(groups::here)
        .filter(
            setting ->
                !SocketOptions.set(
                    socket,
                    setting.getLevel(),
                    setting.getName(),
                    setting.getValue().toByteArray()))
        .toList();
  }
}
