package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A unix socket to which one process connects, to pass numbered descriptors: four bytes, and then
 * one with a descriptor beside it. See unix(7), SCM_RIGHTS.
 */
public final class PassedDescriptors implements AutoCloseable {
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final long ACCEPT4 = 288;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int CONTROL = 64;

  private final Memory data = new Memory(16);
  private final Memory control = new Memory(CONTROL);
  private final Memory vector = new Memory(16);
  private final Memory header = new Memory(56);
  private int socket;
  private boolean connected;

  private PassedDescriptors(int socket) {
    this.socket = socket;
  }

  /**
   * Listens there.
   *
   * @param path of at most 107 bytes
   */
  public static PassedDescriptors at(Path path) throws IOException {
    byte[] address = SocketAddresses.unix(path);
    try {
      int socket = Libc.socket(SocketAddresses.AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
      PassedDescriptors made = new PassedDescriptors(socket);
      try {
        // SAFETY: a struct sockaddr_un; the length is its own.
        Libc.bind(socket, address, address.length);
        Libc.listen(socket, 1);
        return made;
      } catch (LastErrorException denied) {
        made.close();
        throw denied;
      }
    } catch (LastErrorException denied) {
      throw new IOException(path + ": " + Libc.strerror(denied.getErrorCode()), denied);
    }
  }

  /** To be waited for. */
  public int waitFor() {
    return socket;
  }

  /** Whether there is something to be taken. */
  public boolean ready() {
    return Poll.now(socket, Poll.IN) != 0;
  }

  /** Takes the connection, when it can be read for the first time; true where that was done now. */
  public boolean connect() throws IOException {
    if (connected) return false;
    try {
      // SAFETY: no address is asked for.
      int peer = (int) Libc.syscall(ACCEPT4, socket, 0, 0, SOCK_CLOEXEC);
      Libc.close(socket);
      socket = peer;
      connected = true;
      return true;
    } catch (LastErrorException broken) {
      throw new IOException(Libc.strerror(broken.getErrorCode()), broken);
    }
  }

  /** The next number. */
  public int number() throws IOException {
    byte[] bytes = new byte[4];
    try {
      // SAFETY: at most four bytes are written.
      if (Libc.recv(socket, bytes, bytes.length, MSG_WAITALL) != bytes.length)
        throw new EOFException("whoever passes descriptors has hung up");
    } catch (LastErrorException broken) {
      throw new IOException(Libc.strerror(broken.getErrorCode()), broken);
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
  }

  /** The descriptor that follows a number. */
  public int descriptor() throws IOException {
    // struct iovec, struct msghdr: pointers and lengths of 64 bits, x86_64.
    vector.setPointer(0, data);
    vector.setLong(8, 1);
    header.clear();
    header.setPointer(16, vector);
    header.setLong(24, 1);
    header.setPointer(32, control);
    header.setLong(40, CONTROL);
    try {
      // SAFETY: all memory that the header points to lives as long as this object.
      if (Libc.recvmsg(socket, (Pointer) header, MSG_CMSG_CLOEXEC) <= 0)
        throw new EOFException("whoever passes descriptors has hung up");
    } catch (LastErrorException broken) {
      throw new IOException(Libc.strerror(broken.getErrorCode()), broken);
    }
    // struct cmsghdr: a length of 64 bits, level and type; then the descriptor.
    if (header.getLong(40) < 20
        || control.getInt(8) != SOL_SOCKET
        || control.getInt(12) != SCM_RIGHTS) throw new IOException("no descriptor was passed");
    return control.getInt(16);
  }

  @Override
  public void close() {
    if (socket < 0) return;
    Libc.close(socket);
    socket = -1;
  }
}
