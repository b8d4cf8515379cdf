package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
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
  private static final int MAX_DATAGRAM = 1 << 16;
  private static final int MAX_CONTROL = 256;
  private static final int CONTROL_HEADER = 16;

  private final RawSocket socket;
  private final Memory data = new Memory(MAX_DATAGRAM);
  private final Memory name = new Memory(SocketAddresses.SIZE);
  private final Memory control = new Memory(MAX_CONTROL);
  private final Memory vector = new Memory(16);
  private final Memory header = new Memory(56);

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
    // struct iovec, struct msghdr: pointers and lengths of 64 bits, x86_64.
    vector.setPointer(0, data);
    vector.setLong(8, MAX_DATAGRAM);
    header.clear();
    header.setPointer(0, name);
    header.setInt(8, SocketAddresses.SIZE);
    header.setPointer(16, vector);
    header.setLong(24, 1);
    header.setPointer(32, control);
    header.setLong(40, MAX_CONTROL);
    int length;
    try {
      // SAFETY: all memory that the header points to lives as long as this object.
      length = (int) Libc.recvmsg(socket.descriptor(), header, 0);
    } catch (LastErrorException nothing) {
      return null;
    }
    InetSocketAddress from = SocketAddresses.parse(name.getByteArray(0, SocketAddresses.SIZE));
    InetSocketAddress to = destination();
    return new Received(from, to == null ? socket.local() : to, data.getByteArray(0, length));
  }

  private @Nullable InetSocketAddress destination() {
    long end = header.getLong(40);
    for (long at = 0; at + CONTROL_HEADER <= end; at += control.getLong(at) + 7 & ~7L) {
      int level = control.getInt(at + 8), type = control.getInt(at + 12);
      if (control.getLong(at) < CONTROL_HEADER) return null;
      if ((level == SOL_IP && type == IP_RECVORIGDSTADDR)
          || (level == SOL_IPV6 && type == IPV6_RECVORIGDSTADDR))
        return SocketAddresses.parse(
            control.getByteArray(at + CONTROL_HEADER, SocketAddresses.SIZE));
    }
    return null;
  }
}
