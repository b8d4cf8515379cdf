package io.sojourn.engine.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Connects to unix sockets that are files. See unix(7). */
public final class ConnectingSocket {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 02000000;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 02000000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDTIMEO = 21;
  private static final int TIMEVAL = 16;

  private ConnectingSocket() {}

  /**
   * Whether somebody has bound a socket to it that has connections, as this thread's user may see.
   * Who has is not disturbed: the kernel looks for the socket before it looks at its type
   * (unix_find_bsd in net/unix/af_unix.c), in all network namespaces.
   *
   * @param file a descriptor of it, O_PATH
   */
  public static boolean isBound(int file) {
    // SAFETY: numbers only.
    int socket = Result.of(LibcFiles.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
    if (socket < 0) return false;
    int connected = connect(socket, file);
    FileCalls.close(socket);
    return connected == -ErrorNumber.EPROTOTYPE;
  }

  /**
   * A stream socket, which blocks. Both ends of its connection will be in the network namespace of
   * the calling thread.
   *
   * @return a descriptor, or an errno as a negative number
   */
  public static int make() {
    // SAFETY: numbers only.
    return Result.of(LibcFiles.socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0));
  }

  /**
   * Connects it, as this thread's user and group.
   *
   * @param file a descriptor of what it is to be connected to, O_PATH
   * @param seconds for which it is waited where too many wait already; then it fails with EAGAIN
   * @return 0, or an errno as a negative number
   */
  public static int connect(int socket, int file, long seconds) {
    patience(socket, seconds);
    int done = ThreadIdentity.seenByOthers(() -> connect(socket, file));
    patience(socket, 0);
    return done;
  }

  private static void patience(int socket, long seconds) {
    byte[] timeval = new byte[TIMEVAL];
    ByteBuffer.wrap(timeval).order(ByteOrder.nativeOrder()).putLong(seconds);
    // SAFETY: a struct timeval of that size.
    LibcFiles.setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, timeval, TIMEVAL);
  }

  private static int connect(int socket, int file) {
    byte[] path = FileName.ofDescriptor(file);
    byte[] address =
        ByteBuffer.allocate(2 + path.length)
            .order(ByteOrder.nativeOrder())
            .putShort((short) AF_UNIX)
            .put(path)
            .array();
    // SAFETY: a sockaddr_un of that length, whose path ends with a NUL.
    return Result.of(LibcFiles.connect(socket, address, address.length));
  }
}
