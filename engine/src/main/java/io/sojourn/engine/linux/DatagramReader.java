package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Reads datagrams together with the address that they were sent to. See IP_RECVORIGDSTADDR in
 * ip(7).
 */
public final class DatagramReader {
  private static final int SOL_IP = 0;
  private static final int SOL_IPV6 = 41;
  private static final int IP_RECVORIGDSTADDR = 20;
  private static final int IPV6_RECVORIGDSTADDR = 74;

  /** A pending error comes instead of a datagram, once. */
  private static final int ERRORS = 16;

  private final RawSocket socket;
  private final MessageBuffer message = new MessageBuffer();

  /** A datagram that has come. */
  public record Received(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {}

  public DatagramReader(RawSocket socket) {
    this.socket = socket;
    // An IPv6 socket that takes IPv4 as well says so in IPv4's words.
    socket.option(SOL_IP, IP_RECVORIGDSTADDR, 1);
    if (socket.v6()) socket.option(SOL_IPV6, IPV6_RECVORIGDSTADDR, 1);
  }

  /** Null where none is there. */
  public @Nullable Received read() {
    for (int attempt = 0; attempt < ERRORS; attempt++)
      try {
        message.receive(socket, 0);
        InetSocketAddress to = destination();
        return new Received(message.name(), to == null ? socket.local() : to, message.bytes());
      } catch (LastErrorException failed) {
        if (failed.getErrorCode() == Errno.EAGAIN) return null;
      }
    return null;
  }

  private @Nullable InetSocketAddress destination() {
    byte[] four = message.control(SOL_IP, IP_RECVORIGDSTADDR, SocketAddresses.SIZE);
    byte[] six =
        four != null ? null : message.control(SOL_IPV6, IPV6_RECVORIGDSTADDR, SocketAddresses.SIZE);
    byte[] address = four != null ? four : six;
    return address == null ? null : SocketAddresses.parse(address);
  }
}
