package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks the kernel for the sockets of a network namespace that are in certain states; the others
 * cost nothing. It belongs to the namespace of the thread that makes it. See sock_diag(7).
 */
public final class SocketDiagnosis implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short REQUEST_DUMP = 0x301;
  private static final int NLMSG_DONE = 3;
  private static final int NLMSG_ERROR = 2;
  private static final int HEADER = 16;
  private static final int REQUEST = HEADER + 56;
  private static final int ANSWER = 72;
  private static final int INET_DIAG_SKV6ONLY = 11;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_UDP = 17;
  private static final int SYN_RECEIVED = 3;
  private static final int LISTEN = 10;

  private final int socket;
  private final byte[] buffer = new byte[1 << 16];

  private SocketDiagnosis(int socket) {
    this.socket = socket;
  }

  public static SocketDiagnosis make() {
    return new SocketDiagnosis(Libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG));
  }

  /** A listening socket. */
  public record Listening(InetSocketAddress local, boolean v6Only, int backlog) {
    /** Whether a connect to this address of the same machine may come to this socket. */
    public boolean hears(InetSocketAddress destination) {
      return covers(local, v6Only, destination);
    }
  }

  /** A datagram socket that has a port. */
  public record Bound(InetSocketAddress local, boolean v6Only) {
    /** Whether what comes from this address may be from this socket. */
    public boolean sends(InetSocketAddress source) {
      return covers(local, v6Only, source);
    }
  }

  private static boolean covers(InetSocketAddress local, boolean v6Only, InetSocketAddress one) {
    if (local.getPort() != one.getPort()) return false;
    if (local.getAddress().equals(one.getAddress())) return true;
    boolean family = local.getAddress().getClass() == one.getAddress().getClass();
    return local.getAddress().isAnyLocalAddress()
        && (family || (local.getAddress() instanceof Inet6Address && !v6Only));
  }

  /** All TCP sockets that listen. */
  public List<Listening> listening() {
    return ask(IPPROTO_TCP, 1 << LISTEN).stream()
        .map(one -> new Listening(one.local(), one.v6Only(), one.backlog()))
        .toList();
  }

  /** Ports to which somebody connects, and is not connected yet or was not accepted yet. */
  public Set<Integer> arriving() {
    Set<Integer> ports = new HashSet<>();
    for (Answer one : ask(IPPROTO_TCP, 1 << SYN_RECEIVED | 1 << LISTEN))
      if (one.state() == SYN_RECEIVED || one.waiting() > 0) ports.add(one.local().getPort());
    return ports;
  }

  /** All UDP sockets that have a port, by inode. */
  public Map<Long, Bound> datagrams() {
    Map<Long, Bound> all = new LinkedHashMap<>();
    for (Answer one : ask(IPPROTO_UDP, -1))
      if (one.local().getPort() != 0) all.put(one.inode(), new Bound(one.local(), one.v6Only()));
    return all;
  }

  /**
   * A socket as inet_diag(7) has it.
   *
   * @param waiting of one that listens: how many were not accepted yet
   * @param backlog of one that listens
   */
  private record Answer(
      int state, InetSocketAddress local, boolean v6Only, int waiting, int backlog, long inode) {}

  private List<Answer> ask(int protocol, int states) {
    List<Answer> all = new ArrayList<>();
    for (int family : new int[] {SocketAddresses.AF_INET, SocketAddresses.AF_INET6}) {
      ByteBuffer request = ByteBuffer.allocate(REQUEST).order(ByteOrder.nativeOrder());
      request.putInt(REQUEST).putShort(SOCK_DIAG_BY_FAMILY).putShort(REQUEST_DUMP).putLong(0);
      request.put((byte) family).put((byte) protocol).putShort((short) 0).putInt(states);
      // SAFETY: a whole message of that length.
      Libc.send(socket, request.array(), REQUEST, 0);
      while (answers(family, all)) {
        // Several messages may come.
      }
    }
    return all;
  }

  /** Whether more is to come. */
  private boolean answers(int family, List<Answer> all) {
    int length;
    try {
      // SAFETY: the kernel writes at most as much as there is room for.
      length = (int) Libc.recv(socket, buffer, buffer.length, 0);
    } catch (LastErrorException interrupted) {
      if (interrupted.getErrorCode() == Errno.EINTR) return true;
      throw interrupted;
    }
    ByteBuffer answers = ByteBuffer.wrap(buffer, 0, length).order(ByteOrder.nativeOrder());
    for (int at = 0; at + HEADER <= length; at += answers.getInt(at) + 3 & ~3) {
      int type = answers.getShort(at + 4);
      if (type == NLMSG_DONE || type == NLMSG_ERROR || answers.getInt(at) < HEADER) return false;
      all.add(answer(answers, at + HEADER, at + answers.getInt(at), family));
    }
    return true;
  }

  private Answer answer(ByteBuffer answer, int at, int end, int family) {
    byte[] address = new byte[family == SocketAddresses.AF_INET ? 4 : 16];
    System.arraycopy(buffer, at + 8, address, 0, address.length);
    int port = (buffer[at + 4] & 255) << 8 | buffer[at + 5] & 255;
    boolean v6Only = false;
    for (int one = at + ANSWER; one + 4 < end; one += answer.getShort(one) + 3 & ~3) {
      if (answer.getShort(one) < 4) break;
      if (answer.getShort(one + 2) == INET_DIAG_SKV6ONLY) v6Only = buffer[one + 4] != 0;
    }
    try {
      InetSocketAddress local = new InetSocketAddress(InetAddress.getByAddress(address), port);
      return new Answer(
          answer.get(at + 1),
          local,
          v6Only,
          answer.getInt(at + 56),
          answer.getInt(at + 60),
          Integer.toUnsignedLong(answer.getInt(at + 68)));
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Override
  public void close() {
    Libc.close(socket);
  }
}
