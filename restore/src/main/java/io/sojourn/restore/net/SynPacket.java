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
 * 9293 (TCP), 792 and 4443 (ICMP).
 *
 * @param bytes the IP packet
 */
record SynPacket(
    InetSocketAddress source, InetSocketAddress destination, int sequence, byte[] bytes) {
  private static final int TCP = 6;
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;
  private static final int RST_ACK = 0x14;
  private static final int IPV6_HEADER = 40;

  /** Null where the packet is no SYN. */
  static @Nullable SynPacket parse(byte[] packet, int length) {
    boolean v6 = length > 0 && packet[0] >> 4 == 6;
    int header = v6 ? IPV6_HEADER : length > 0 ? (packet[0] & 15) * 4 : 0;
    if (header < 20 || length < header + 20 || packet[v6 ? 6 : 9] != TCP) return null;
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

  private byte[] sourceBytes() {
    return source.getAddress().getAddress();
  }

  private byte[] destinationBytes() {
    return destination.getAddress().getAddress();
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
    tcp.putShort(16, checksum(pseudo(TCP, tcp.array()), tcp.array()));
    return packet(TCP, tcp.array());
  }

  /** A router's answer: destination unreachable, with the head of the packet that was lost. */
  private byte[] unreachable(int code4, int code6) {
    int quoted = Math.min(bytes.length, v6() ? 512 : (bytes[0] & 15) * 4 + 8);
    ByteBuffer icmp = ByteBuffer.allocate(8 + quoted);
    icmp.put((byte) (v6() ? 1 : 3)).put((byte) (v6() ? code6 : code4));
    icmp.putShort((short) 0).putInt(0).put(bytes, 0, quoted);
    byte[] none = {};
    icmp.putShort(2, checksum(v6() ? pseudo(ICMP6, icmp.array()) : none, icmp.array()));
    return packet(v6() ? ICMP6 : ICMP, icmp.array());
  }

  /** From the destination to the source. */
  private byte[] packet(int protocol, byte[] payload) {
    byte[] from = destinationBytes(), to = sourceBytes();
    if (v6())
      return ByteBuffer.allocate(IPV6_HEADER + payload.length)
          .putInt(0x60000000)
          .putShort((short) payload.length)
          .put((byte) protocol)
          .put((byte) 64)
          .put(from)
          .put(to)
          .put(payload)
          .array();
    ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) (20 + payload.length));
    packet.putInt(0).put((byte) 64).put((byte) protocol).putShort((short) 0).put(from).put(to);
    byte[] header = Arrays.copyOf(packet.array(), 20);
    packet.putShort(10, checksum(new byte[0], header));
    return packet.put(payload).array();
  }

  /** What the checksum covers besides the payload. */
  private byte[] pseudo(int protocol, byte[] payload) {
    byte[] from = destinationBytes(), to = sourceBytes();
    ByteBuffer pseudo = ByteBuffer.allocate(from.length + to.length + 8).put(from).put(to);
    return pseudo.putInt(payload.length).putInt(protocol).array();
  }

  /** RFC 1071. The first part has even length. */
  private static short checksum(byte[] first, byte[] second) {
    long sum = 0;
    for (byte[] part : new byte[][] {first, second})
      for (int i = 0; i < part.length; i++)
        sum += (long) (part[i] & 0xff) << ((i & 1) == 0 ? 8 : 0);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return (short) ~sum;
  }
}
