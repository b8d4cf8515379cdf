package io.sojourn.home.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * What a daemon must know of a connection that an earlier one has served. How far it has come is
 * told by the socket's kernel, which counts what was read and written since the socket was made.
 *
 * @param cookie of the socket: SO_COOKIE of socket(7)
 * @param stream that it is an end of; 0 where the task has not asked for it yet
 * @param read the kernel's count at the stream's first byte from the peer
 * @param written the kernel's count at the stream's first byte to the peer
 * @param end whether the stream's end was said to the peer
 * @param task its address as the task knows it
 * @param peer the other end's, which a socket that is closed does not tell
 */
record KeptStream(
    long cookie,
    long stream,
    long read,
    long written,
    End end,
    InetSocketAddress task,
    InetSocketAddress peer) {
  /** In bytes. */
  static final int SIZE = 80;

  private static final int TASK = 36;
  private static final int PEER = 56;

  /** What a socket that says no more tells of its stream. */
  enum End {
    /** The stream had ended. */
    BY_STREAM,
    /** The task itself had ended its direction before it left: the stream will say it again. */
    BEFORE,
    /** The stream had ended, whatever the socket says. */
    CERTAIN
  }

  void put(ByteBuffer to) {
    to.putLong(0, cookie).putLong(8, stream).putLong(16, read).putLong(24, written);
    to.putInt(32, end.ordinal());
    put(to, TASK, task);
    put(to, PEER, peer);
  }

  private static void put(ByteBuffer to, int at, InetSocketAddress address) {
    byte[] host = address.getAddress().getAddress();
    to.putShort(at, (short) address.getPort()).putShort(at + 2, (short) host.length);
    to.put(at + 4, host);
  }

  /**
   * @throws IllegalArgumentException where that is none
   */
  static KeptStream take(ByteBuffer from) {
    int end = from.getInt(32);
    if (end < 0 || end >= End.values().length) throw new IllegalArgumentException("damaged");
    return new KeptStream(
        from.getLong(0),
        from.getLong(8),
        from.getLong(16),
        from.getLong(24),
        End.values()[end],
        address(from, TASK),
        address(from, PEER));
  }

  private static InetSocketAddress address(ByteBuffer from, int at) {
    int length = from.getShort(at + 2);
    if (length != 4 && length != 16) throw new IllegalArgumentException("damaged");
    byte[] host = new byte[length];
    from.get(at + 4, host);
    try {
      int port = Short.toUnsignedInt(from.getShort(at));
      return new InetSocketAddress(InetAddress.getByAddress(host), port);
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }
}
