package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.net.InetSocketAddress;

/**
 * Sends IP packets with any source address, marked, in the network namespace of the thread that
 * makes it. See raw(7): IPPROTO_RAW means that the header is ours.
 */
public final class RawPackets implements AutoCloseable {
  private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
  private static final int IPPROTO_RAW = 255;
  private static final int SOL_SOCKET = 1;
  private static final int SO_MARK = 36;
  private static final int SO_BROADCAST = 6;

  private final int v4;
  private final int v6;

  private RawPackets(int v4, int v6) {
    this.v4 = v4;
    this.v6 = v6;
  }

  public static RawPackets marked(int mark) {
    return new RawPackets(
        make(SocketAddresses.AF_INET, mark), make(SocketAddresses.AF_INET6, mark));
  }

  private static int make(int family, int mark) {
    int socket = Libc.socket(family, SOCK_RAW_NONBLOCK_CLOEXEC, IPPROTO_RAW);
    // SAFETY: the value is one int.
    Libc.setsockopt(socket, SOL_SOCKET, SO_MARK, new int[] {mark}, 4);
    // SAFETY: likewise.
    Libc.setsockopt(socket, SOL_SOCKET, SO_BROADCAST, new int[] {1}, 4);
    return socket;
  }

  /** A packet may be lost, as packets may. */
  public void send(byte[] packet, InetSocketAddress to) {
    boolean six = packet[0] >> 4 == 6;
    // A raw socket has protocols where others have ports.
    byte[] address = SocketAddresses.bytes(new InetSocketAddress(to.getAddress(), 0), six);
    try {
      Libc.sendto(six ? v6 : v4, packet, packet.length, 0, address, address.length);
    } catch (LastErrorException lost) {
      // Whoever waits for it asks again.
    }
  }

  @Override
  public void close() {
    Libc.close(v4);
    Libc.close(v6);
  }
}
