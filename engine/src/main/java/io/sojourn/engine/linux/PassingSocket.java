package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A connection to a unix socket over which descriptors can be passed. See unix(7), SCM_RIGHTS. One
 * thread may receive while others send.
 */
public final class PassingSocket implements AutoCloseable {
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int SHUT_RDWR = 2;
  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int CONTROL = 24;

  private final int descriptor;
  private final Object sending = new Object();
  private boolean receiving;
  private boolean closed;

  private PassingSocket(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * @param path of at most 107 bytes
   */
  public static PassingSocket connect(Path path) throws IOException {
    byte[] address = SocketAddresses.unix(path);
    int made = Libc.socket(SocketAddresses.AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
    try {
      // SAFETY: a struct sockaddr_un; the length is its own.
      Libc.connect(made, address, address.length);
      return new PassingSocket(made);
    } catch (LastErrorException refused) {
      Libc.close(made);
      throw new IOException(path + ": " + Libc.strerror(refused.getErrorCode()), refused);
    }
  }

  /** Waits until the buffer is full; less at the end, or when this is closed. */
  public int receive(byte[] buffer) throws IOException {
    synchronized (this) {
      if (closed) return 0;
      receiving = true;
    }
    try {
      for (; ; )
        try {
          // SAFETY: the length is the buffer's. The number is ours until this is over.
          return (int) Libc.recv(descriptor, buffer, buffer.length, MSG_WAITALL);
        } catch (LastErrorException broken) {
          if (broken.getErrorCode() != Errno.EINTR) throw failure(broken);
        }
    } finally {
      synchronized (this) {
        receiving = false;
        if (closed) Libc.close(descriptor);
      }
    }
  }

  /** Sends all of it; waits where there is no room. */
  public void send(byte[] bytes) throws IOException {
    synchronized (sending) {
      open();
      try {
        // SAFETY: the length is the array's. Of a blocking stream socket all is sent.
        Libc.send(descriptor, bytes, bytes.length, MSG_NOSIGNAL);
      } catch (LastErrorException broken) {
        throw failure(broken);
      }
    }
  }

  /** Sends all of it or nothing: false where there is no room. True when nobody is there. */
  public boolean trySend(byte[] bytes) {
    synchronized (sending) {
      try {
        open();
        // SAFETY: the length is the array's. So short a message goes as a whole.
        Libc.send(descriptor, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT);
        return true;
      } catch (LastErrorException refused) {
        return refused.getErrorCode() != Errno.EAGAIN;
      } catch (IOException gone) {
        return true;
      }
    }
  }

  /**
   * Sends all of it, and a descriptor beside.
   *
   * @throws IOException where there is no room, too
   */
  public void pass(byte[] bytes, int passed) throws IOException {
    // struct iovec, struct msghdr, struct cmsghdr: pointers and lengths of 64 bits, x86_64.
    try (Memory data = new Memory(bytes.length);
        Memory vector = new Memory(16);
        Memory control = new Memory(CONTROL);
        Memory header = new Memory(56)) {
      data.write(0, bytes, 0, bytes.length);
      vector.setPointer(0, data);
      vector.setLong(8, bytes.length);
      control.clear();
      control.setLong(0, 20);
      control.setInt(8, SOL_SOCKET);
      control.setInt(12, SCM_RIGHTS);
      control.setInt(16, passed);
      header.clear();
      header.setPointer(16, vector);
      header.setLong(24, 1);
      header.setPointer(32, control);
      header.setLong(40, CONTROL);
      synchronized (sending) {
        open();
        // SAFETY: all memory that the header points to lives until this is over.
        Libc.sendmsg(descriptor, (Pointer) header, MSG_NOSIGNAL | MSG_DONTWAIT);
      }
    } catch (LastErrorException broken) {
      throw failure(broken);
    }
  }

  private synchronized void open() throws IOException {
    if (closed) throw new IOException("hung up");
  }

  private static IOException failure(LastErrorException broken) {
    return new IOException(Libc.strerror(broken.getErrorCode()), broken);
  }

  /** Wakes who receives or sends. The number is given up when nobody uses it any more. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) return;
      try {
        Libc.shutdown(descriptor, SHUT_RDWR);
      } catch (LastErrorException gone) {
        // The other side was quicker.
      }
    }
    synchronized (sending) {
      synchronized (this) {
        if (closed) return;
        closed = true;
        if (!receiving) Libc.close(descriptor);
      }
    }
  }
}
