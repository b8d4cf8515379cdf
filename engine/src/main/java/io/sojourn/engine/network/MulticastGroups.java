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
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The groups that anybody in a network namespace listens to, and on which interfaces: who of them a
 * socket is can be asked for each (MCAST_MSFILTER), not for all. See /proc/net/igmp and igmp6, and
 * linux/in.h for the structures.
 */
public final class MulticastGroups {
  private static final int JOIN_GROUP = 42;
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

  /** Those that the socket listens to. */
  List<SocketSetting> of(OwnDescriptor socket) {
    List<SocketSetting> joined = new ArrayList<>();
    for (Group group : groups) {
      byte[] question = new byte[SOURCES + MOST_SOURCES * ADDRESS];
      ByteBuffer filter = buffer(question);
      address(filter.putInt(0, group.number()), group.address());
      filter.putInt(COUNT, MOST_SOURCES);
      byte[] answer = SocketOptions.get(socket, group.level(), SOURCE_FILTER, question);
      if (answer == null || answer.length < SOURCES) continue;
      joined.add(setting(group, JOIN_GROUP, ByteString.copyFrom(answer, 0, GROUP + ADDRESS)));
      int sources = Math.min(buffer(answer).getInt(COUNT), MOST_SOURCES);
      if (sources > 0 || buffer(answer).getInt(MODE) != ALL_BUT_THESE)
        joined.add(
            setting(
                group,
                SOURCE_FILTER,
                ByteString.copyFrom(question(answer, sources), 0, SOURCES + sources * ADDRESS)));
    }
    return joined;
  }

  private static byte[] question(byte[] answer, int sources) {
    byte[] whole = Arrays.copyOf(answer, SOURCES + sources * ADDRESS);
    buffer(whole).putInt(COUNT, sources);
    return whole;
  }

  private static void address(ByteBuffer filter, byte[] address) {
    filter.putShort(GROUP, address.length == 4 ? AF_INET : AF_INET6);
    // Behind family and port, and in IPv6 the flow's number.
    filter.put(GROUP + (address.length == 4 ? 4 : 8), address);
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
