package io.sojourn.restore.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Makes packets as a network would. See RFC 791, 8200 (IP), 768 (UDP), 792 and 4443 (ICMP). */
final class IpPacket {
  static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;
  private static final int HEADER4 = 20;
  private static final int HEADER6 = 40;

  /** What is quoted of an IPv6 packet; all of a message must fit into the smallest MTU. */
  private static final int QUOTED = 512;

  private IpPacket() {}

  /**
   * @param checksumAt where in the payload its checksum is; it is zero there
   */
  static byte[] of(InetAddress from, InetAddress to, int protocol, byte[] payload, int checksumAt) {
    byte[] sum = protocol == ICMP ? new byte[0] : pseudo(from, to, protocol, payload.length);
    short computed = checksum(sum, payload);
    // In UDP, 0 is for none.
    if (protocol == UDP && computed == 0) computed = -1;
    ByteBuffer.wrap(payload).putShort(checksumAt, computed);
    return headed(from, to, protocol, payload);
  }

  static byte[] datagram(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    ByteBuffer udp = ByteBuffer.allocate(8 + bytes.length);
    udp.putShort((short) from.getPort()).putShort((short) to.getPort());
    udp.putShort((short) udp.capacity()).putShort((short) 0).put(bytes);
    return of(from.getAddress(), to.getAddress(), UDP, udp.array(), 6);
  }

  /**
   * What somebody says of a packet that did not arrive.
   *
   * @param to who has sent it
   * @param rest the word behind the checksum
   * @param about the packet, of which the head is quoted
   */
  static byte[] icmp(InetAddress from, InetAddress to, int type, int code, int rest, byte[] about) {
    boolean v6 = to instanceof Inet6Address;
    // IPv4 promises eight bytes behind the header, and most quote more.
    int quoted = Math.min(about.length, QUOTED);
    ByteBuffer icmp = ByteBuffer.allocate(8 + quoted);
    icmp.put((byte) type).put((byte) code).putShort((short) 0).putInt(rest).put(about, 0, quoted);
    return of(from, to, v6 ? ICMP6 : ICMP, icmp.array(), 2);
  }

  private static byte[] headed(InetAddress from, InetAddress to, int protocol, byte[] payload) {
    if (to instanceof Inet6Address)
      return ByteBuffer.allocate(HEADER6 + payload.length)
          .putInt(0x60000000)
          .putShort((short) payload.length)
          .put((byte) protocol)
          .put((byte) 64)
          .put(from.getAddress())
          .put(to.getAddress())
          .put(payload)
          .array();
    ByteBuffer packet = ByteBuffer.allocate(HEADER4 + payload.length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
    packet.putInt(0).put((byte) 64).put((byte) protocol).putShort((short) 0);
    packet.put(from.getAddress()).put(to.getAddress());
    byte[] header = Arrays.copyOf(packet.array(), HEADER4);
    packet.putShort(10, checksum(new byte[0], header));
    return packet.put(payload).array();
  }

  /** What the checksum covers besides the payload. */
  private static byte[] pseudo(InetAddress from, InetAddress to, int protocol, int length) {
    byte[] first = from.getAddress(), second = to.getAddress();
    ByteBuffer pseudo = ByteBuffer.allocate(first.length + second.length + 8);
    return pseudo.put(first).put(second).putInt(length).putInt(protocol).array();
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
