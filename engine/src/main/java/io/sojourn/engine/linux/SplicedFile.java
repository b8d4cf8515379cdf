package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that is filled from a socket without a look at what passes: splice(2), by way of a pipe.
 * What another process has put on the socket by vmsplice(2) is copied once, into the page cache.
 */
public final class SplicedFile implements AutoCloseable {
  private static final int O_WRONLY_CLOEXEC = 1 | 0x80000;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int SPLICE_F_MOVE = 1;

  /** The largest that whoever is not privileged gets (/proc/sys/fs/pipe-max-size). */
  private static final int PIPE = 1 << 20;

  private final OwnDescriptor file;
  private final OwnDescriptor out;
  private final OwnDescriptor in;
  private final long[] end;

  private SplicedFile(int file, int out, int in, long end) {
    this.file = new OwnDescriptor(file);
    this.out = new OwnDescriptor(out);
    this.in = new OwnDescriptor(in);
    this.end = new long[] {end};
  }

  /**
   * @param path of a file that exists
   * @param end its size in bytes, from where on it is filled
   */
  public static SplicedFile open(Path path, long end) throws IOException {
    try {
      int file = Libc.open(path.toString(), O_WRONLY_CLOEXEC);
      int[] pipe = new int[2];
      Libc.pipe2(pipe, O_CLOEXEC);
      SplicedFile opened = new SplicedFile(file, pipe[0], pipe[1], end);
      opened.widen();
      return opened;
    } catch (LastErrorException e) {
      throw new IOException(path + ": " + Libc.strerror(e.getErrorCode()), e);
    }
  }

  private void widen() {
    try {
      Libc.fcntl(in.number(), F_SETPIPE_SZ, PIPE);
    } catch (LastErrorException denied) {
      // It goes on in smaller steps.
    }
  }

  /**
   * Moves exactly so many bytes.
   *
   * @throws EOFException where the other end of the socket was closed before
   * @throws IOException also where the disk is full
   */
  public void fill(StreamPair from, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      // SAFETY: no offset for what has none.
      long came = move(from.number(), null, in.number(), null, Math.min(left, PIPE));
      if (came == 0) throw new EOFException("the other end was closed");
      left -= came;
      // SAFETY: the file's offset is a loff_t, which is a long.
      while (came > 0) came -= move(out.number(), null, file.number(), end, came);
    }
  }

  private static long move(
      int from, long @Nullable [] fromOffset, int to, long @Nullable [] toOffset, long bytes)
      throws IOException {
    for (; ; ) {
      try {
        return Libc.splice(from, fromOffset, to, toOffset, bytes, SPLICE_F_MOVE);
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR)
          throw new IOException(Libc.strerror(e.getErrorCode()), e);
      }
    }
  }

  @Override
  public void close() {
    in.close();
    out.close();
    file.close();
  }
}
