package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Two unix stream sockets that are connected with each other: ours, and one for a child. */
public final class StreamPair implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUF = 7;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SHUT_RDWR = 2;

  private final OwnDescriptor ours;
  private final OwnDescriptor theirs;

  private StreamPair(int ours, int theirs) {
    this.ours = new OwnDescriptor(ours);
    this.theirs = new OwnDescriptor(theirs);
  }

  /**
   * @param ahead how many bytes the child may write before we have read them; where the machine
   *     allows less, less
   */
  public static StreamPair open(int ahead) throws IOException {
    int[] pair = new int[2];
    try {
      Libc.socketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, pair);
    } catch (LastErrorException e) {
      throw new IOException("no sockets: " + Libc.strerror(e.getErrorCode()), e);
    }
    int[] size = {ahead};
    try {
      Libc.setsockopt(pair[1], SOL_SOCKET, SO_SNDBUFFORCE, size, Integer.BYTES);
    } catch (LastErrorException denied) {
      Libc.setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, size, Integer.BYTES);
    }
    return new StreamPair(pair[0], pair[1]);
  }

  /** The child's end, to be handed over and closed here. */
  OwnDescriptor theirs() {
    return theirs;
  }

  /**
   * Reads until a buffer is full.
   *
   * @param bytes outside of the heap
   * @return false where the other end was closed before the first byte
   * @throws EOFException where it was closed in the middle
   */
  public boolean receive(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int count;
      try {
        // SAFETY: a slice starts at the address that is passed, and is not longer than said.
        count = (int) Libc.recv(ours.number(), bytes.slice(), bytes.remaining(), MSG_WAITALL);
      } catch (LastErrorException e) {
        if (e.getErrorCode() == Errno.EINTR) continue;
        throw new IOException(Libc.strerror(e.getErrorCode()), e);
      }
      if (count == 0 && bytes.position() == 0) return false;
      if (count == 0) throw new EOFException("the other end was closed");
      bytes.position(bytes.position() + count);
    }
    return true;
  }

  /** Ours, for calls that are made while this is open. */
  int number() {
    return ours.number();
  }

  public void send(byte[] message) throws IOException {
    try {
      Libc.send(ours.number(), message, message.length, MSG_NOSIGNAL);
    } catch (LastErrorException e) {
      throw new IOException(Libc.strerror(e.getErrorCode()), e);
    }
  }

  /** Nothing passes any more, in neither direction; whoever waits for something is woken. */
  public void shut() {
    try {
      Libc.shutdown(ours.number(), SHUT_RDWR);
    } catch (LastErrorException | IllegalStateException gone) {
      // That was the purpose.
    }
  }

  @Override
  public void close() {
    ours.close();
    theirs.close();
  }
}
