package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.connection.Endpoint;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Addresses as messages carry them. */
public final class Endpoints {
  private Endpoints() {}

  public static Endpoint of(InetSocketAddress address) {
    Endpoint.Builder endpoint =
        Endpoint.newBuilder()
            .setAddress(ByteString.copyFrom(address.getAddress().getAddress()))
            .setPort(address.getPort());
    if (address.getAddress() instanceof Inet6Address six) endpoint.setScope(six.getScopeId());
    return endpoint.build();
  }

  /**
   * @throws IllegalArgumentException where it is no address
   */
  public static InetSocketAddress socket(Endpoint endpoint) {
    InetAddress address = address(endpoint.getAddress());
    try {
      if (endpoint.getScope() != 0 && address instanceof Inet6Address)
        address = Inet6Address.getByAddress(null, address.getAddress(), endpoint.getScope());
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
    return new InetSocketAddress(address, endpoint.getPort());
  }

  /**
   * @throws IllegalArgumentException where it is no address
   */
  public static InetAddress address(ByteString bytes) {
    try {
      return InetAddress.getByAddress(bytes.toByteArray());
    } catch (UnknownHostException wrong) {
      throw new IllegalArgumentException(bytes.size() + " bytes are no address", wrong);
    }
  }
}
