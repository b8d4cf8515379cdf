package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.TunDevice;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.protocol.connection.InterfaceAddress;
import io.sojourn.protocol.connection.NetworkInterface;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a network namespace look like home's network from inside, and lead to us: every address is
 * home's, every packet stays within the namespace, every connect and every datagram comes to the
 * relay.
 *
 * <p>Marks tell packets apart. {@value #HELD}: a connect's first packet, on its way into the device
 * from which {@link SynHolder} reads it. {@value #LET_IN}: the same packet, once home has
 * connected: TPROXY hands it to the relay. {@value #RELAYED}: for a socket of the relay's. {@value
 * #DATAGRAM}: a datagram of the task's. {@value MirrorSocket#MARK}: from us, and let through.
 */
public final class GuestNetwork implements AutoCloseable {
  static final int HELD = 1;
  static final int RELAYED = 3;
  static final int DATAGRAM = 4;
  static final int LET_IN = 5;

  /** The relay's port, which no task can see: only what is marked reaches it. */
  static final int RELAY_PORT = 15_001;

  static final String HOLD_DEVICE = "sojourn0";

  /** CRIU's mark on packets with which it brings half-closed connections into their state. */
  private static final String CRIU_MARK = "0xc114";

  private final NetworkNamespace namespace;
  private final TunDevice hold;
  private final List<TunDevice> worn;
  private final Set<InetAddress> own;
  private final @Nullable InetAddress broadcast;

  private GuestNetwork(
      NetworkNamespace namespace, TunDevice hold, List<TunDevice> worn, HomeNetwork home) {
    this.namespace = namespace;
    this.hold = hold;
    this.worn = worn;
    this.own = addresses(home);
    this.broadcast = broadcast(home);
  }

  /** Makes a namespace that looks like home's network; it is closed with what is returned. */
  public static GuestNetwork make(HomeNetwork home) throws IOException {
    NetworkNamespace namespace = NetworkNamespace.make();
    try {
      return prepare(namespace, home);
    } catch (IOException | RuntimeException failed) {
      namespace.close();
      throw failed;
    }
  }

  /** Sets up an empty namespace, which is closed with what is returned. */
  public static GuestNetwork prepare(NetworkNamespace namespace, HomeNetwork home)
      throws IOException {
    List<TunDevice> worn = new ArrayList<>();
    TunDevice hold =
        namespace.call(
            () -> {
              TunDevice device = TunDevice.make(HOLD_DEVICE, TunDevice.Layer.TUN);
              // Not every kernel has dummy interfaces; one that nobody reads from is as good.
              for (NetworkInterface one : home.getInterfacesList())
                if (!one.getName().equals("lo"))
                  worn.add(TunDevice.make(one.getName(), TunDevice.Layer.TAP));
              quiet();
              return device;
            });
    GuestNetwork network = new GuestNetwork(namespace, hold, worn, home);
    try {
      namespace.run(links(home) + routes(home, false), List.of("ip", "-batch", "-"));
      namespace.run(routes(home, true), List.of("ip", "-6", "-batch", "-"));
      namespace.run(RULES, List.of("nft", "-f", "-"));
      return network;
    } catch (IOException failed) {
      network.close();
      throw failed;
    }
  }

  /**
   * From now on what the task connects to is home's. Before, and while CRIU is at work, the world
   * is on its own: CRIU tries the kernel out with a connection to itself.
   */
  public void open() throws IOException {
    namespace.run(SHUT + OPEN, List.of("nft", "-f", "-"));
  }

  /**
   * The contrary of {@link #open}; the task must not run. Nor do packets pass between it and these
   * relays: the two kernels' ends are read down one after the other, and what one had from the
   * other in between would be lost, or there twice.
   */
  public void shut(Collection<FrozenRelay> relays) throws IOException {
    StringBuilder rules = new StringBuilder(SHUT);
    for (FrozenRelay relay : relays) {
      String task = end(relay.task()), peer = end(relay.peer());
      String set = relay.peer().getAddress() instanceof Inet6Address ? "still6" : "still4";
      rules.append("add element inet sojourn ").append(set).append(" { ");
      rules.append(task).append(" . ").append(peer).append(", ");
      rules.append(peer).append(" . ").append(task).append(" }\n");
    }
    if (!relays.isEmpty()) rules.append(STILL);
    namespace.run(rules.toString(), List.of("nft", "-f", "-"));
  }

  private static String end(InetSocketAddress end) {
    return end.getAddress().getHostAddress().replaceAll("%.*", "") + " . " + end.getPort();
  }

  public NetworkNamespace namespace() {
    return namespace;
  }

  /** Whether an address is one of home's own. */
  boolean isHere(InetAddress address) {
    return address.isLoopbackAddress() || own.contains(address);
  }

  private static Set<InetAddress> addresses(HomeNetwork home) {
    return home.getInterfacesList().stream()
        .flatMap(one -> one.getAddressesList().stream())
        .map(one -> Endpoints.address(one.getAddress()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Of one of home's IPv4 networks, where there is one: all of it. */
  @Nullable InetAddress broadcast() {
    return broadcast;
  }

  private static @Nullable InetAddress broadcast(HomeNetwork home) {
    for (NetworkInterface one : home.getInterfacesList())
      for (InterfaceAddress each : one.getAddressesList()) {
        byte[] address = each.getAddress().toByteArray();
        if (one.getName().equals("lo") || address.length != 4 || each.getPrefix() > 30) continue;
        int all = ByteBuffer.wrap(address).getInt() | -1 >>> each.getPrefix();
        return Endpoints.address(ByteString.copyFrom(ByteBuffer.allocate(4).putInt(0, all)));
      }
    return null;
  }

  TunDevice hold() {
    return hold;
  }

  /** Packets come in on the interface that they went out from; that must not look forged. */
  private static void quiet() throws IOException {
    Path net = Path.of("/proc/sys/net");
    Files.writeString(net.resolve("ipv4/conf/all/rp_filter"), "0");
    for (String device : List.of("all", "default", "lo", HOLD_DEVICE)) {
      Files.writeString(net.resolve("ipv4/conf/" + device + "/rp_filter"), "0");
      Files.writeString(net.resolve("ipv4/conf/" + device + "/accept_local"), "1");
      Files.writeString(net.resolve("ipv4/conf/" + device + "/route_localnet"), "1");
    }
    // Nothing here is ever congested. One that paces, as BBR does, takes the time for which a task
    // stands still for that of a slow path, and then lets its next packets wait for as long.
    Files.writeString(net.resolve("ipv4/tcp_congestion_control"), "reno");
    // Nor is anybody gone who does not answer: the task stands still until home is back. What
    // would give up after a quarter of an hour does so after hours.
    Files.writeString(net.resolve("ipv4/tcp_retries2"), "255");
  }

  private static String links(HomeNetwork home) {
    StringBuilder batch = new StringBuilder("link set lo up\n");
    batch.append("link set ").append(HOLD_DEVICE).append(" txqueuelen 10000 up\n");
    for (NetworkInterface one : home.getInterfacesList()) {
      String name = one.getName();
      if (!name.equals("lo")) {
        String mac = one.getHardware().isEmpty() ? "" : " address " + one.getHardware();
        batch.append("link set ").append(name).append(mac).append(" addrgenmode none\n");
        batch.append("link set ").append(name).append(" mtu ").append(one.getMtu()).append(" up\n");
      }
      for (var address : one.getAddressesList()) {
        InetAddress host = Endpoints.address(address.getAddress());
        if (host.isLoopbackAddress()) continue;
        String more = host.getAddress().length == 16 ? " nodad" : "";
        batch.append("addr add ").append(host.getHostAddress().replaceAll("%.*", ""));
        batch.append("/").append(address.getPrefix()).append(" dev ").append(name);
        batch.append(more).append(" noprefixroute\n");
      }
    }
    return batch.toString();
  }

  /**
   * Whatever the destination, the packet stays here; which address it comes from is home's choice.
   */
  private static String routes(HomeNetwork home, boolean v6) {
    StringBuilder batch = new StringBuilder();
    // Before "local", so that loopback and own addresses are held as well.
    batch.append("rule add pref 10 lookup local\n");
    batch.append("rule del pref 0\n");
    batch.append("rule add pref 1 fwmark ").append(HELD).append(" lookup 101\n");
    batch.append("route add default dev ").append(HOLD_DEVICE).append(" table 101\n");
    for (int mark : new int[] {RELAYED, DATAGRAM, LET_IN})
      batch.append("rule add pref 2 fwmark ").append(mark).append(" lookup 100\n");
    batch.append("route add local default dev lo table 100\n");
    for (var route : home.getRoutesList()) {
      InetAddress to = Endpoints.address(route.getDestination());
      if ((to.getAddress().length == 16) != v6) continue;
      String source = Endpoints.address(route.getSource()).getHostAddress().replaceAll("%.*", "");
      batch.append("route replace ").append(to.getHostAddress()).append("/");
      batch.append(route.getPrefix()).append(" dev lo src ").append(source).append("\n");
    }
    if (!home.getUnreachableWithoutRoute()) batch.append("route append default dev lo\n");
    return batch.toString();
  }

  /**
   * IPv4 takes in whatever goes out on the loopback interface (RTCF_LOCAL in __mkroute_output),
   * IPv6 what is routed as local: hence its mark on every packet.
   */
  private static final String RULES =
      marks(
          """
      table inet sojourn {
        set still4 { type ipv4_addr . inet_service . ipv4_addr . inet_service; }
        set still6 { type ipv6_addr . inet_service . ipv6_addr . inet_service; }
        chain out {
          type route hook output priority mangle; policy accept;
          meta mark CRIU accept
          jump still
          meta mark { OURS, LET_IN } accept
          jump hold
          meta nfproto ipv6 meta l4proto tcp meta mark set RELAYED accept
        }
        chain still {
        }
        chain hold {
        }
        chain in {
          type filter hook prerouting priority mangle; policy accept;
          meta mark LET_IN meta l4proto tcp tproxy to :PORT accept
          meta mark DATAGRAM meta l4proto udp tproxy to :PORT accept
          meta l4proto tcp socket transparent 1 meta mark set RELAYED accept
        }
      }
      """);

  private static final String SHUT =
      """
      flush chain inet sojourn hold
      flush chain inet sojourn still
      flush set inet sojourn still4
      flush set inet sojourn still6
      """;

  /** All packets here go out once; one that may not is not sent, as far as its kernel knows. */
  private static final String STILL =
      """
      add rule inet sojourn still ip saddr . tcp sport . ip daddr . tcp dport @still4 drop
      add rule inet sojourn still ip6 saddr . tcp sport . ip6 daddr . tcp dport @still6 drop
      """;

  private static final String OPEN =
      marks(
          """
      add rule inet sojourn hold tcp flags & (syn | ack) == syn meta mark set HELD accept
      add rule inet sojourn hold meta l4proto udp meta mark set DATAGRAM accept
      """);

  private static String marks(String rules) {
    return rules
        .replace("OURS", "" + MirrorSocket.MARK)
        .replace("LET_IN", "" + LET_IN)
        .replace("CRIU", CRIU_MARK)
        .replace("HELD", "" + HELD)
        .replace("DATAGRAM", "" + DATAGRAM)
        .replace("RELAYED", "" + RELAYED)
        .replace("PORT", "" + RELAY_PORT);
  }

  /** The interfaces go; the namespace goes when its last process has. */
  @Override
  public void close() {
    hold.close();
    worn.forEach(TunDevice::close);
    namespace.close();
  }
}
