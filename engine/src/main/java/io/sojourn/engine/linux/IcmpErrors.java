package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the network says of datagrams that a socket has sent, whether it is connected or not. See
 * IP_RECVERR in ip(7), and struct sock_extended_err in linux/errqueue.h.
 */
public final class IcmpErrors {
  private static final int SOL_IP = 0;
  private static final int SOL_IPV6 = 41;
  private static final int IP_RECVERR = 11;
  private static final int IPV6_RECVERR = 25;
  private static final int MSG_ERRQUEUE = 0x2000;
  private static final int ORIGIN_ICMP = 2;
  private static final int ORIGIN_ICMP6 = 3;
  private static final int PARAMETER_PROBLEM = 12;

  /** Of struct sock_extended_err; behind it is the address of who has said so. */
  private static final int EXTENDED_ERROR = 16;

  private final RawSocket socket;
  private final MessageBuffer message = new MessageBuffer();

  /**
   * A message of ICMP, or of ICMPv6 where the peer has such an address.
   *
   * @param peer to whom the datagram was sent
   * @param from who says so: a router, or the peer
   * @param rest the word behind the checksum, of which it depends on the type what it means
   * @param datagram what is quoted of its bytes
   */
  public record Reported(
      InetSocketAddress peer, InetAddress from, int type, int code, int rest, byte[] datagram) {}

  public IcmpErrors(RawSocket socket) {
    this.socket = socket;
    // An IPv6 socket that takes IPv4 as well hears of that by IPv4's option.
    socket.option(SOL_IP, IP_RECVERR, 1);
    if (socket.v6()) socket.option(SOL_IPV6, IPV6_RECVERR, 1);
  }

  /**
   * What a network would say, where it is this kernel that does not send a datagram: what a
   * connected socket takes for the same error, where there is one. See icmp_err_convert in
   * net/ipv4/icmp.c, icmpv6_err_convert in net/ipv6/icmp.c. Null where nobody would say anything.
   *
   * @param error of the call
   */
  public static @Nullable Reported refused(InetSocketAddress peer, int error, byte[] datagram) {
    boolean v6 = peer.getAddress() instanceof Inet6Address;
    int code =
        switch (error) {
          case Errno.ENETUNREACH -> v6 ? 0 : 6;
          case Errno.EHOSTUNREACH -> v6 ? 3 : 10;
          case Errno.EACCES, Errno.EPERM -> v6 ? 1 : 13;
          default -> -1;
        };
    if (code < 0) return null;
    return new Reported(peer, peer.getAddress(), v6 ? 1 : 3, code, 0, datagram);
  }

  /**
   * Null where none is there. With the last one the socket's pending error is gone, too, which
   * would keep the next datagram from being sent.
   */
  public @Nullable Reported read() {
    while (true) {
      try {
        message.receive(socket, MSG_ERRQUEUE);
      } catch (LastErrorException nothing) {
        return null;
      }
      Reported one = reported();
      if (one != null) return one;
    }
  }

  /** Null where it is the kernel's own word of a datagram that it has not sent. */
  private @Nullable Reported reported() {
    int size = EXTENDED_ERROR + SocketAddresses.SIZE;
    byte[] said =
        socket.v6()
            ? message.control(SOL_IPV6, IPV6_RECVERR, size)
            : message.control(SOL_IP, IP_RECVERR, size);
    if (said == null || (said[4] != ORIGIN_ICMP && said[4] != ORIGIN_ICMP6)) return null;
    int rest = ByteBuffer.wrap(said).order(ByteOrder.nativeOrder()).getInt(8);
    // Of an octet's place the kernel has made a number; see icmp_unreach in net/ipv4/icmp.c.
    if (said[4] == ORIGIN_ICMP && said[5] == PARAMETER_PROBLEM) rest <<= 24;
    byte[] from = Arrays.copyOfRange(said, EXTENDED_ERROR, size);
    InetSocketAddress peer = message.name();
    // Where the kernel does not know who, the family is AF_UNSPEC.
    boolean named = from[0] == SocketAddresses.AF_INET || from[0] == SocketAddresses.AF_INET6;
    return new Reported(
        peer,
        named ? SocketAddresses.parse(from).getAddress() : peer.getAddress(),
        said[5] & 255,
        said[6] & 255,
        rest,
        message.bytes());
  }
}
