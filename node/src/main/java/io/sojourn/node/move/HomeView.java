package io.sojourn.node.move;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.protocol.connection.Route;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;

/** What a program sees of this node, for a guest world to look alike. */
final class HomeView {
  private HomeView() {}

  static String hostName() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }

  static HomeNetwork network() throws IOException {
    HomeNetwork.Builder home = HomeNetwork.newBuilder();
    for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces()))
      if (!one.isLoopback() && one.isUp()) add(home, one);
    // Documentation addresses: which address of ours would be used for the rest of the world.
    addDefault(home, InetAddress.getByName("192.0.2.1"));
    addDefault(home, InetAddress.getByName("2001:db8::1"));
    return home.build();
  }

  private static void add(HomeNetwork.Builder home, NetworkInterface one) throws IOException {
    var wear =
        io.sojourn.protocol.connection.NetworkInterface.newBuilder()
            .setName(one.getName())
            .setMtu(one.getMTU())
            .setHardware(hardware(one.getHardwareAddress()));
    for (java.net.InterfaceAddress address : one.getInterfaceAddresses()) {
      byte[] bytes = address.getAddress().getAddress();
      int prefix = address.getNetworkPrefixLength();
      wear.addAddresses(
          io.sojourn.protocol.connection.InterfaceAddress.newBuilder()
              .setAddress(ByteString.copyFrom(bytes))
              .setPrefix(prefix));
      if (!address.getAddress().isLinkLocalAddress())
        home.addRoutes(route(network(bytes, prefix), prefix, bytes));
    }
    home.addInterfaces(wear);
  }

  private static void addDefault(HomeNetwork.Builder home, InetAddress far) {
    try (DatagramSocket probe = new DatagramSocket()) {
      probe.connect(new InetSocketAddress(far, 9));
      InetAddress local = probe.getLocalAddress();
      if (local.isAnyLocalAddress() || local.getClass() != far.getClass()) return;
      home.addRoutes(route(new byte[far.getAddress().length], 0, local.getAddress()));
    } catch (IOException | java.io.UncheckedIOException noRoute) {
      // Then there is none in the guest world either.
    }
  }

  private static Route route(byte[] to, int prefix, byte[] source) {
    return Route.newBuilder()
        .setDestination(ByteString.copyFrom(to))
        .setPrefix(prefix)
        .setSource(ByteString.copyFrom(source))
        .build();
  }

  private static byte[] network(byte[] address, int prefix) {
    byte[] network = Arrays.copyOf(address, address.length);
    for (int bit = prefix; bit < 8 * network.length; bit++)
      network[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    return network;
  }

  private static String hardware(byte @org.jspecify.annotations.Nullable [] bytes) {
    if (bytes == null) return "";
    StringBuilder text = new StringBuilder();
    for (byte each : bytes)
      text.append(text.isEmpty() ? "" : ":").append(String.format("%02x", each));
    return text.toString();
  }
}
