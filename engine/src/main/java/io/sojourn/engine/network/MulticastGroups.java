package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.SocketOptions;
import io.sojourn.protocol.image.SocketSetting;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The groups that anybody in a network namespace listens to, and on which interfaces: who of them a
 * socket is can be asked for each (MCAST_MSFILTER), not for all. See /proc/net/igmp and igmp6, and
 * linux/in.h for the structures.
 */
public final class MulticastGroups {
  private static final int JOIN_GROUP = 42;
  private static final int LEAVE_GROUP = 45;
  private static final int JOIN_SOURCE_GROUP = 46;
  private static final int SOURCE_FILTER = 48;

  /** struct sockaddr_storage. */
  private static final int ADDRESS = 128;

  /** Of struct group_req, and group_filter: where the group is, behind the interface's number. */
  private static final int GROUP = 8;

  /** Of struct group_filter: its mode, its number of sources, and the sources. */
  private static final int MODE = GROUP + ADDRESS;

  private static final int COUNT = MODE + 4;
  private static final int SOURCES = COUNT + 4;
  private static final int MOST_SOURCES = 64;
  private static final int ALL_BUT_THESE = 0;
  private static final int THESE_ONLY = 1;
  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;

  private record Group(int level, String name, int number, byte[] address) {}

  private final List<Group> groups;
  private final Map<String, Integer> interfaces = new LinkedHashMap<>();

  private MulticastGroups(List<Group> groups) {
    this.groups = groups;
    for (Group each : groups) interfaces.put(each.name(), each.number());
  }

  /** Of the network namespace that a process is in. */
  public static MulticastGroups of(int pid) {
    return read(table -> Proc.networkTable(pid, table));
  }

  /** Of the calling thread's. */
  public static MulticastGroups here() {
    return read(Proc::networkTableHere);
  }

  private static MulticastGroups read(Function<String, List<String>> tables) {
    List<Group> groups = new ArrayList<>();
    String name = "";
    int number = 0;
    for (String line : tables.apply("igmp")) {
      String[] words = line.strip().split("\\s+");
      if (!Character.isWhitespace(line.charAt(0))) {
        name = words[1];
        number = Character.isDigit(words[0].charAt(0)) ? Integer.parseInt(words[0]) : 0;
      } else if (number > 0) {
        // As a number of this machine's.
        ByteBuffer address = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        address.putInt(Integer.parseUnsignedInt(words[0], 16));
        groups.add(new Group(SocketSettings.SOL_IP, name, number, address.array()));
      }
    }
    for (String line : tables.apply("igmp6")) {
      String[] words = line.strip().split("\\s+");
      byte[] address = HexFormat.of().parseHex(words[2]);
      groups.add(new Group(SocketSettings.SOL_IPV6, words[1], Integer.parseInt(words[0]), address));
    }
    return new MulticastGroups(groups);
  }

  /** Number of an interface on which somebody listens to the group. */
  public OptionalInt interfaceOf(InetAddress group) {
    return groups.stream()
        .filter(each -> Arrays.equals(each.address(), group.getAddress()))
        .mapToInt(Group::number)
        .findFirst();
  }

  /** Whether anybody listens to more than each machine does by itself. */
  public boolean any() {
    return groups.stream().anyMatch(each -> !isEverywhere(each.address()));
  }

  /** All hosts (RFC 1112), all nodes, and those of neighbour discovery (RFC 4291, 2.7.1). */
  private static boolean isEverywhere(byte[] group) {
    if (group.length == 4) return Arrays.equals(group, new byte[] {(byte) 224, 0, 0, 1});
    boolean nodes = (group[1] == 1 || group[1] == 2) && group[15] == 1;
    for (int i = 2; nodes && i < 15; i++) nodes = group[i] == 0;
    return nodes || (group[1] == 2 && group[11] == 1 && group[12] == -1);
  }

  /** Those that the socket listens to. */
  List<SocketSetting> of(OwnDescriptor socket) {
    List<SocketSetting> joined = new ArrayList<>();
    for (Group group : groups) {
      byte[] answer = filter(socket, group);
      if (answer == null) continue;
      joined.add(setting(group, JOIN_GROUP, ByteString.copyFrom(answer, 0, GROUP + ADDRESS)));
      int sources = buffer(answer).getInt(COUNT);
      if (sources > 0 || buffer(answer).getInt(MODE) != ALL_BUT_THESE)
        joined.add(
            setting(
                group,
                SOURCE_FILTER,
                ByteString.copyFrom(question(answer, sources), 0, SOURCES + sources * ADDRESS)));
    }
    return joined;
  }

  /** The same as what they mean. */
  public List<Membership> memberships(OwnDescriptor socket) {
    List<Membership> all = new ArrayList<>();
    for (Group group : groups) {
      byte[] answer = filter(socket, group);
      if (answer == null) continue;
      Set<InetAddress> sources = new LinkedHashSet<>();
      int first = SOURCES + place(group.address());
      for (int i = 0; i < buffer(answer).getInt(COUNT); i++) {
        int at = first + i * ADDRESS;
        sources.add(address(Arrays.copyOfRange(answer, at, at + group.address().length)));
      }
      boolean only = buffer(answer).getInt(MODE) == THESE_ONLY;
      all.add(new Membership(group.name(), address(group.address()), only, sources));
    }
    return all;
  }

  /** Null where the socket does not listen to it. With no more sources than it has room for. */
  private static byte @Nullable [] filter(OwnDescriptor socket, Group group) {
    byte[] question = new byte[SOURCES + MOST_SOURCES * ADDRESS];
    ByteBuffer filter = buffer(question);
    address(filter.putInt(0, group.number()), GROUP, group.address());
    filter.putInt(COUNT, MOST_SOURCES);
    byte[] answer = SocketOptions.get(socket, group.level(), SOURCE_FILTER, question);
    if (answer == null || answer.length < SOURCES) return null;
    int sources = Math.min(buffer(answer).getInt(COUNT), MOST_SOURCES);
    return question(answer, sources);
  }

  /** The socket is to listen so, whether it did before or not. False where the kernel refuses. */
  public boolean join(OwnDescriptor socket, Membership wanted) {
    Group group = group(wanted);
    if (group == null) return false;
    List<InetAddress> sources = List.copyOf(wanted.sources());
    if (filter(socket, group) == null && !enter(socket, group, wanted.only(), sources))
      return false;
    byte[] value = new byte[SOURCES + sources.size() * ADDRESS];
    ByteBuffer filter = buffer(value).putInt(0, group.number());
    address(filter, GROUP, group.address());
    filter.putInt(MODE, wanted.only() ? THESE_ONLY : ALL_BUT_THESE).putInt(COUNT, sources.size());
    for (int i = 0; i < sources.size(); i++)
      address(filter, SOURCES + i * ADDRESS, sources.get(i).getAddress());
    return SocketOptions.set(socket, group.level(), SOURCE_FILTER, value);
  }

  /** By its first source, where there are such: the network never hears that all were wanted. */
  private static boolean enter(
      OwnDescriptor socket, Group group, boolean only, List<InetAddress> sources) {
    boolean one = only && !sources.isEmpty();
    byte[] request = new byte[GROUP + (one ? 2 : 1) * ADDRESS];
    ByteBuffer words = buffer(request).putInt(0, group.number());
    address(words, GROUP, group.address());
    if (one) address(words, GROUP + ADDRESS, sources.get(0).getAddress());
    int name = one ? JOIN_SOURCE_GROUP : JOIN_GROUP;
    return SocketOptions.set(socket, group.level(), name, request);
  }

  /** The socket is to listen to that group no more. */
  public void leave(OwnDescriptor socket, Membership before) {
    Group group = group(before);
    if (group == null) return;
    byte[] request = new byte[GROUP + ADDRESS];
    address(buffer(request).putInt(0, group.number()), GROUP, group.address());
    SocketOptions.set(socket, group.level(), LEAVE_GROUP, request);
  }

  /** Null where there is no such interface here. */
  private @Nullable Group group(Membership membership) {
    Integer number = interfaces.get(membership.networkInterface());
    if (number == null) return null;
    byte[] address = membership.group().getAddress();
    int level = address.length == 4 ? SocketSettings.SOL_IP : SocketSettings.SOL_IPV6;
    return new Group(level, membership.networkInterface(), number, address);
  }

  private static byte[] question(byte[] answer, int sources) {
    byte[] whole = Arrays.copyOf(answer, SOURCES + sources * ADDRESS);
    buffer(whole).putInt(COUNT, sources);
    return whole;
  }

  private static void address(ByteBuffer words, int at, byte[] address) {
    words.putShort(at, address.length == 4 ? AF_INET : AF_INET6);
    words.put(at + place(address), address);
  }

  private static InetAddress address(byte[] address) {
    return Endpoints.address(ByteString.copyFrom(address));
  }

  /** Behind family and port, and in IPv6 the flow's number. */
  private static int place(byte[] address) {
    return address.length == 4 ? 4 : 8;
  }

  private static SocketSetting setting(Group group, int name, ByteString value) {
    return SocketSettings.setting(group.level(), name, value)
        .setNetworkInterface(group.name())
        .build();
  }

  /** With the number that its interface has here. */
  SocketSetting here(SocketSetting setting) {
    Integer number = interfaces.get(setting.getNetworkInterface());
    if (number == null) return setting;
    byte[] value = setting.getValue().toByteArray();
    buffer(value).putInt(0, number);
    return setting.toBuilder().setValue(ByteString.copyFrom(value)).build();
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
