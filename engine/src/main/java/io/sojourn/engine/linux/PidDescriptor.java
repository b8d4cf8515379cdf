package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.time.Duration;

/**
 * A process, by a descriptor: unlike its number it is never another's. See pidfd_open(2),
 * pidfd_getfd(2).
 */
public final class PidDescriptor implements AutoCloseable {
  private static final int POLLIN = 1;
  private static final int PIDFD_SEND_SIGNAL = 424;

  private final int pid;
  private final OwnDescriptor descriptor;

  private PidDescriptor(int pid, OwnDescriptor descriptor) {
    this.pid = pid;
    this.descriptor = descriptor;
  }

  public static PidDescriptor open(int pid) throws IOException {
    try {
      // SAFETY: numbers only.
      return new PidDescriptor(
          pid, new OwnDescriptor((int) Libc.syscall(Libc.SYS_PIDFD_OPEN, pid, 0, 0)));
    } catch (LastErrorException e) {
      throw new IOException("there is no process " + pid, e);
    }
  }

  public int pid() {
    return pid;
  }

  /** Duplicates a descriptor of the process: both stand for the same open file. */
  public OwnDescriptor duplicate(int number) throws IOException {
    try {
      // SAFETY: numbers only; what comes back is ours.
      return new OwnDescriptor(
          (int) Libc.syscall(Libc.SYS_PIDFD_GETFD, descriptor.number(), number, 0));
    } catch (LastErrorException e) {
      throw new IOException(
          "descriptor " + number + " of process " + pid + " cannot be duplicated", e);
    }
  }

  /** False where the process has ended. */
  public boolean signal(int number) {
    try {
      // SAFETY: no siginfo: as kill(2).
      Libc.syscall(PIDFD_SEND_SIGNAL, descriptor.number(), number, 0, 0);
      return true;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == Errno.ESRCH) return false;
      throw e;
    }
  }

  public boolean ended() {
    return ends(Duration.ZERO);
  }

  /** Waits for its end; false where it did not come in time. */
  public boolean ends(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    for (; ; ) {
      // struct pollfd: int fd, short events, short revents.
      int[] pollfd = {descriptor.number(), POLLIN};
      long left = Math.max(0, deadline - System.nanoTime());
      try {
        // SAFETY: one structure; a pidfd becomes readable when the process has ended.
        Libc.poll(pollfd, 1, (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000));
        return pollfd[1] >> 16 != 0;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR) throw e;
      }
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
