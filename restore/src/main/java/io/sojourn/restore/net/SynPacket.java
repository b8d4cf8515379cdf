package io.sojourn.restore.net;

import io.sojourn.engine.linux.Errno;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The first packet of a connect, and the answers with which the network could refuse it. See RFC
 * 9293 (TCP).
 *
 * @param bytes the IP packet
 */
record SynPacket(
    InetSocketAddress source, InetSocketAddress destination, int sequence, byte[] bytes) {
  private static final int RST_ACK = 0x14;
  private static final int IPV6_HEADER = 40;

  /** Null where the packet is no SYN. */
  static @Nullable SynPacket parse(byte[] packet, int length) {
    boolean v6 = length > 0 && packet[0] >> 4 == 6;
    int header = v6 ? IPV6_HEADER : length > 0 ? (packet[0] & 15) * 4 : 0;
    if (header < 20 || length < header + 20 || packet[v6 ? 6 : 9] != IpPacket.TCP) return null;
    if ((packet[header + 13] & 0x12) != 2) return null; // SYN without ACK
    ByteBuffer tcp = ByteBuffer.wrap(packet, header, 20);
    int from = tcp.getShort() & 0xffff, to = tcp.getShort() & 0xffff;
    int width = v6 ? 16 : 4, addresses = v6 ? 8 : 12;
    return new SynPacket(
        end(packet, addresses, width, from),
        end(packet, addresses + width, width, to),
        tcp.getInt(),
        Arrays.copyOf(packet, length));
  }

  private static InetSocketAddress end(byte[] packet, int at, int width, int port) {
    try {
      byte[] address = Arrays.copyOfRange(packet, at, at + width);
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  boolean v6() {
    return bytes[0] >> 4 == 6;
  }

  /** What makes the connect fail with this error; null where only silence does. */
  byte @Nullable [] refusal(int error) {
    return switch (error) {
      case Errno.ETIMEDOUT -> null;
      case Errno.ENETUNREACH -> unreachable(0, 0);
      case Errno.EHOSTUNREACH -> unreachable(1, 3);
      case Errno.EACCES -> unreachable(13, 1);
      default -> reset();
    };
  }

  /** The destination's answer where nobody listens. */
  private byte[] reset() {
    ByteBuffer tcp = ByteBuffer.allocate(20);
    tcp.putShort((short) destination.getPort()).putShort((short) source.getPort());
    tcp.putInt(0).putInt(sequence + 1);
    tcp.put((byte) 0x50).put((byte) RST_ACK).putShort((short) 0);
    return IpPacket.of(
        destination.getAddress(), source.getAddress(), IpPacket.TCP, tcp.array(), 16);
  }

  /** A router's answer: destination unreachable, with the head of the packet that was lost. */
  private byte[] unreachable(int code4, int code6) {
    return IpPacket.icmp(
        destination.getAddress(),
        source.getAddress(),
        v6() ? 1 : 3,
        v6() ? code6 : code4,
        0,
        bytes);
  }
}
