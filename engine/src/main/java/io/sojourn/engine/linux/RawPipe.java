package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;

/** Ends of pipes, not blocking and closed on exec. */
public final class RawPipe {
  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK_CLOEXEC = 0x800 | 0x80000;

  /** What it is opened by may be a terminal's path, which is not to become ours. */
  private static final int O_NOCTTY = 0x100;

  private static final int F_SETPIPE_SZ = 1031;
  private static final int O_PATH = 010000000;
  private static final int SPLICE_F_NONBLOCK = 2;

  private RawPipe() {}

  /** One end, opened anew by a path, without a change for whoever else has it. */
  public static RawSocket end(Path path, boolean toWrite) {
    return open(path, toWrite ? O_WRONLY : 0);
  }

  /** Both ends in one: it has no end, then, while this is open. */
  public static RawSocket both(Path path) {
    return open(path, O_RDWR);
  }

  /**
   * Neither end: it may be opened by this one's path, for as long as somebody has an end, and
   * whoever has the other sees none in us.
   */
  public static RawSocket look(Path path) {
    return open(path, O_PATH);
  }

  /** One that somebody has open, with what it knows; it does not block. */
  public static RawSocket duplicateOf(Descriptor pipe) {
    return RawSocket.ofNoSocket(RawSocket.duplicate(pipe));
  }

  /** See {@link OwnDescriptor#hasMet}. */
  static boolean hasMet(int readEnd) {
    if (Poll.now(readEnd, Poll.IN) != 0) return true;
    RawSocket[] aside = ends();
    try {
      // SAFETY: numbers only. tee(2) takes nothing out; from an empty pipe it gives 0 where nobody
      // could write.
      Libc.syscall(Libc.SYS_TEE, readEnd, aside[1].descriptor(), 1, SPLICE_F_NONBLOCK);
      return false;
    } catch (LastErrorException again) {
      return again.getErrorCode() == Errno.EAGAIN;
    } finally {
      aside[0].close();
      aside[1].close();
    }
  }

  private static RawSocket open(Path path, int mode) {
    int flags = mode | O_NONBLOCK_CLOEXEC | O_NOCTTY;
    return RawSocket.ofNoSocket(RawSocket.call("open", () -> Libc.open(path.toString(), flags)));
  }

  /**
   * A new one, both ends in one.
   *
   * @param size in bytes, where the kernel lets us have them
   */
  public static RawSocket made(int size) {
    RawSocket[] ends = ends();
    try {
      RawSocket both = both(ends[0].path());
      resize(both, size);
      return both;
    } finally {
      ends[0].close();
      ends[1].close();
    }
  }

  private static void resize(RawSocket pipe, int size) {
    try {
      Libc.fcntl(pipe.descriptor(), F_SETPIPE_SZ, size);
    } catch (LastErrorException tooMany) {
      // It has what every pipe has.
    }
  }

  /** A new one: what is read from, and what is written to. */
  public static RawSocket[] ends() {
    int[] ends = new int[2];
    // SAFETY: stores two descriptors.
    RawSocket.call("pipe2", () -> Libc.pipe2(ends, O_NONBLOCK_CLOEXEC));
    return new RawSocket[] {RawSocket.ofNoSocket(ends[0]), RawSocket.ofNoSocket(ends[1])};
  }
}
