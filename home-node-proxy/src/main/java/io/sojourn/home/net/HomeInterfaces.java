package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.protocol.connection.InterfaceAddress;
import io.sojourn.protocol.connection.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HexFormat;

/** This node's network as a program sees it, for a guest world to wear. */
public final class HomeInterfaces {
  private static final int MAX_NAME = 15;

  private HomeInterfaces() {}

  /** Interfaces that are up, their addresses but link-local ones, and where packets come from. */
  public static HomeNetwork read() throws IOException {
    HomeNetwork.Builder network = HomeNetwork.newBuilder().setUnreachableWithoutRoute(true);
    for (NetworkInterface one : NetworkInterface.networkInterfaces().toList())
      if (one.isUp() && one.getName().length() <= MAX_NAME) wear(network, one);
    source(network, "198.51.100.1", "0.0.0.0");
    source(network, "2001:db8:ffff::1", "::");
    return network.build();
  }

  private static void wear(HomeNetwork.Builder network, NetworkInterface one) throws IOException {
    var worn = network.addInterfacesBuilder().setName(one.getName()).setMtu(one.getMTU());
    byte[] hardware = one.getHardwareAddress();
    if (hardware != null && hardware.length == 6)
      worn.setHardware(HexFormat.ofDelimiter(":").formatHex(hardware));
    for (java.net.InterfaceAddress address : one.getInterfaceAddresses()) {
      InetAddress host = address.getAddress();
      if (host.isLinkLocalAddress()) continue;
      ByteString bytes = ByteString.copyFrom(host.getAddress());
      int prefix = address.getNetworkPrefixLength();
      worn.addAddresses(InterfaceAddress.newBuilder().setAddress(bytes).setPrefix(prefix));
      if (!host.isLoopbackAddress())
        network.addRoutes(
            Route.newBuilder()
                .setDestination(ByteString.copyFrom(masked(host.getAddress(), prefix)))
                .setPrefix(prefix)
                .setSource(bytes));
    }
  }

  private static byte[] masked(byte[] address, int prefix) {
    byte[] network = address.clone();
    for (int bit = prefix; bit < 8 * network.length; bit++)
      network[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    return network;
  }

  /** The default route's source, by asking for one that can only go there; none where none is. */
  private static void source(HomeNetwork.Builder network, String somewhere, String any)
      throws IOException {
    try (DatagramSocket probe = new DatagramSocket()) {
      probe.connect(new InetSocketAddress(somewhere, 9));
      InetAddress source = probe.getLocalAddress();
      if (source.isAnyLocalAddress() || source.isLoopbackAddress()) return;
      network.addRoutes(
          Route.newBuilder()
              .setDestination(ByteString.copyFrom(InetAddress.getByName(any).getAddress()))
              .setSource(ByteString.copyFrom(source.getAddress())));
    } catch (SocketException | UncheckedIOException noRoute) {
      // Then there is none in the guest world, either.
    }
  }
}
