package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Asks the kernel about unix sockets of a network namespace, one at a time: /proc/net/unix says
 * neither with whom one is connected nor what waits in it. See sock_diag(7), unix_diag_get_exact in
 * net/unix/diag.c.
 */
public final class UnixPeers implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short NLM_F_REQUEST = 1;
  private static final int HEADER = 16;
  private static final int REQUEST = HEADER + 24;

  /** The header and struct unix_diag_msg. */
  private static final int ATTRIBUTES = HEADER + 16;

  private static final int SHOW_PEER = 4;
  private static final int SHOW_QUEUES = 16;
  private static final int PEER = 2;
  private static final int QUEUES = 4;
  private static final long ANY_COOKIE = -1;

  private final int socket;
  private final byte[] buffer = new byte[4096];

  private UnixPeers(int socket) {
    this.socket = socket;
  }

  /** Of the namespace of the calling thread. */
  public static UnixPeers here() {
    return new UnixPeers(Libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG));
  }

  /** Of the namespace that a process is in. */
  public static UnixPeers inNamespaceOf(int pid) throws IOException {
    if (NetworkNamespace.isOurs(pid)) return here();
    try (NetworkNamespace theirs = NetworkNamespace.open(Path.of("/proc/" + pid + "/ns/net"))) {
      return theirs.call(UnixPeers::here);
    }
  }

  /**
   * Inode of the socket at the other end: 0 where that is closed, or nobody has accepted it yet.
   * Empty where there is no such socket in this namespace.
   */
  public OptionalLong peer(long inode) {
    return ask(inode, SHOW_PEER, PEER);
  }

  /** How many bytes wait in one to be read; empty where there is no such socket any more. */
  public OptionalLong unread(long inode) {
    return ask(inode, SHOW_QUEUES, QUEUES);
  }

  /** An answer's first number, unsigned; 0 where it has none. */
  private OptionalLong ask(long inode, int show, int wanted) {
    ByteBuffer request = ByteBuffer.allocate(REQUEST).order(ByteOrder.nativeOrder());
    request.putInt(REQUEST).putShort(SOCK_DIAG_BY_FAMILY).putShort(NLM_F_REQUEST).putLong(0);
    request.putInt(AF_UNIX).putInt(0).putInt((int) inode).putInt(show).putLong(ANY_COOKIE);
    // SAFETY: a whole message of that length; the kernel answers before send(2) returns.
    Libc.send(socket, request.array(), REQUEST, 0);
    int length = receive();
    ByteBuffer answer = ByteBuffer.wrap(buffer, 0, length).order(ByteOrder.nativeOrder());
    if (length < ATTRIBUTES || answer.getShort(4) != SOCK_DIAG_BY_FAMILY)
      return OptionalLong.empty();
    for (int at = ATTRIBUTES; at + 8 <= length; at += answer.getShort(at) + 3 & ~3) {
      if (answer.getShort(at) < 4) break;
      if (answer.getShort(at + 2) == wanted)
        return OptionalLong.of(Integer.toUnsignedLong(answer.getInt(at + 4)));
    }
    return OptionalLong.of(0);
  }

  private int receive() {
    while (true) {
      try {
        // SAFETY: the kernel writes at most as much as there is room for.
        return (int) Libc.recv(socket, buffer, buffer.length, 0);
      } catch (LastErrorException failed) {
        if (failed.getErrorCode() != Errno.EINTR) throw failed;
      }
    }
  }

  @Override
  public void close() {
    Libc.close(socket);
  }
}
