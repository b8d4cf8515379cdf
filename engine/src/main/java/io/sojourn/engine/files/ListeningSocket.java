package io.sojourn.engine.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Unix sockets that are files. See unix(7). */
public final class ListeningSocket {
  private static final int AF_UNIX = 1;
  private static final int STREAM_NONBLOCK_CLOEXEC = 1 | 04000 | 02000000;
  private static final int ADDRESS = 110;
  private static final int MODE = 07777;

  private ListeningSocket() {}

  /**
   * As mknod(2) makes a socket, with the calling thread's rights and umask, but one that listens.
   *
   * @param dir of the directory; may be O_PATH
   * @param name short
   * @return its descriptor, or an errno as a negative number
   */
  public static int make(int dir, byte[] name, int mode, int backlog) {
    byte[] directory = FileName.ofDescriptor(dir);
    byte[] address = new byte[ADDRESS];
    int path = directory.length - 1;
    if (2 + path + 1 + name.length >= ADDRESS) return -ErrorNumber.ENAMETOOLONG;
    ByteBuffer.wrap(address)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) AF_UNIX)
        .put(directory, 0, path)
        .put((byte) '/')
        .put(name);
    // SAFETY: numbers only.
    int socket = Result.of(LibcFiles.socket(AF_UNIX, STREAM_NONBLOCK_CLOEXEC, 0));
    if (socket < 0) return socket;
    // The file's mode is the socket's, less the umask.
    // SAFETY: the address is a sockaddr_un of that size, and ends with a NUL.
    int done = Result.of(LibcFiles.fchmod(socket, mode & MODE));
    if (done >= 0) done = Result.of(LibcFiles.bind(socket, address, ADDRESS));
    if (done >= 0) done = Result.of(LibcFiles.listen(socket, backlog));
    if (done >= 0) return socket;
    FileCalls.close(socket);
    return done == -ErrorNumber.EADDRINUSE ? -ErrorNumber.EEXIST : done;
  }
}
