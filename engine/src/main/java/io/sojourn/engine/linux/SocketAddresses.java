package io.sojourn.engine.linux;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** struct sockaddr_in, sockaddr_in6 and sockaddr_un. See ip(7), ipv6(7), unix(7). */
final class SocketAddresses {
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SIZE = 28;
  private static final int SIZE_UNIX = 110;

  private SocketAddresses() {}

  /** An IPv4 address becomes a v4-mapped one where the socket is of the other family. */
  static byte[] bytes(InetSocketAddress address, boolean v6) {
    byte[] host = address.getAddress().getAddress();
    ByteBuffer buffer = ByteBuffer.allocate(v6 ? SIZE : 16).order(ByteOrder.nativeOrder());
    buffer.putShort((short) (v6 ? AF_INET6 : AF_INET));
    buffer.put((byte) (address.getPort() >> 8)).put((byte) address.getPort());
    if (!v6) {
      if (host.length != 4) throw new IllegalArgumentException(address + " is not IPv4");
      return buffer.put(host).array();
    }
    buffer.putInt(0);
    if (host.length == 4) buffer.put(new byte[10]).put((byte) -1).put((byte) -1);
    buffer.put(host);
    if (address.getAddress() instanceof Inet6Address six) buffer.putInt(six.getScopeId());
    return buffer.array();
  }

  /**
   * Of a unix socket, with a zero at its end.
   *
   * @throws IOException where the path has more than 107 bytes
   */
  static byte[] unix(Path path) throws IOException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > SIZE_UNIX - 3)
      throw new IOException(path + " is too long for the name of a socket");
    ByteBuffer address = ByteBuffer.allocate(SIZE_UNIX).order(ByteOrder.nativeOrder());
    return address.putShort((short) AF_UNIX).put(name).array();
  }

  static InetSocketAddress parse(byte[] bytes) {
    int family = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getShort();
    int port = (bytes[2] & 255) << 8 | bytes[3] & 255;
    try {
      if (family == AF_INET)
        return new InetSocketAddress(
            InetAddress.getByAddress(Arrays.copyOfRange(bytes, 4, 8)), port);
      int scope = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(24);
      byte[] host = Arrays.copyOfRange(bytes, 8, 24);
      InetAddress plain = InetAddress.getByAddress(host);
      // A v4-mapped address has become an Inet4Address by itself.
      return new InetSocketAddress(
          plain instanceof Inet4Address || scope == 0
              ? plain
              : Inet6Address.getByAddress(null, host, scope),
          port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
