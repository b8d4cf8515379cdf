package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Ends TCP sockets that no process has any more and that the kernel keeps for a while: TIME_WAIT
 * and the like. See SOCK_DESTROY in net/ipv4/inet_diag.c; the kernel has it with
 * CONFIG_INET_DIAG_DESTROY.
 */
public final class SocketEnd implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final short SOCK_DESTROY = 21;
  private static final short REQUEST_ACK = 5;
  private static final int HEADER = 16;
  private static final int REQUEST = HEADER + 56;
  private static final int IPPROTO_TCP = 6;

  private final int socket;
  private final byte[] answer = new byte[1 << 12];

  private SocketEnd(int socket) {
    this.socket = socket;
  }

  public static SocketEnd make() {
    return new SocketEnd(Libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG));
  }

  /**
   * Ends this one.
   *
   * @return false where the kernel does not, or there is none
   */
  public boolean of(InternetSocket connection) {
    InetAddress local = address(connection.local()), remote = address(connection.remote());
    boolean four = local.getAddress().length == 4;
    ByteBuffer request = ByteBuffer.allocate(REQUEST).order(ByteOrder.nativeOrder());
    request.putInt(REQUEST).putShort(SOCK_DESTROY).putShort(REQUEST_ACK).putLong(0);
    request.put((byte) (four ? SocketAddresses.AF_INET : SocketAddresses.AF_INET6));
    request.put((byte) IPPROTO_TCP).putShort((short) 0).putInt(-1);
    request.order(ByteOrder.BIG_ENDIAN);
    request.putShort((short) port(connection.local())).putShort((short) port(connection.remote()));
    request.put(address16(local)).put(address16(remote));
    // Any interface; whichever socket it is (INET_DIAG_NOCOOKIE).
    request.putInt(0).putInt(-1).putInt(-1);
    try {
      // SAFETY: a whole message of that length.
      Libc.send(socket, request.array(), REQUEST, 0);
      // SAFETY: the kernel writes at most as much as there is room for.
      int length = (int) Libc.recv(socket, answer, answer.length, 0);
      return length >= HEADER + 4
          && ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(HEADER) == 0;
    } catch (LastErrorException notOffered) {
      return false;
    }
  }

  private static byte[] address16(InetAddress address) {
    byte[] sixteen = new byte[16];
    System.arraycopy(address.getAddress(), 0, sixteen, 0, address.getAddress().length);
    return sixteen;
  }

  private static InetAddress address(String end) {
    try {
      // No name is looked up for what is an address.
      return InetAddress.getByName(
          end.substring(0, end.lastIndexOf(':')).replaceAll("[\\[\\]]|%.*", ""));
    } catch (UnknownHostException notAnAddress) {
      throw new IllegalArgumentException(end, notAnAddress);
    }
  }

  private static int port(String end) {
    return Integer.parseInt(end.substring(end.lastIndexOf(':') + 1));
  }

  @Override
  public void close() {
    Libc.close(socket);
  }
}
