package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;

/**
 * A process, by a descriptor: unlike its number it is never another's. See pidfd_open(2),
 * pidfd_getfd(2).
 */
public final class PidDescriptor implements AutoCloseable {
  private static final int POLLIN = 1;
  private static final int PIDFD_SEND_SIGNAL = 424;

  /**
   * _IOWR(PIDFS_IOCTL_MAGIC, 11, struct pidfd_info) of its first size: include/uapi/linux/pidfd.h.
   */
  private static final long PIDFD_GET_INFO = 0xC040FF0BL;

  private static final int INFO_SIZE = 64, INFO_MASK = 0, INFO_EXIT_CODE = 60;
  private static final long PIDFD_INFO_EXIT = 1 << 3;
  private static final int LOOKS = 3;

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

  /**
   * How it ended, whosever child it was: while its parent has not collected it, its stat says so,
   * and afterwards the pidfd, from Linux 6.15 on. Empty where it lives or nobody can say.
   */
  public Optional<WaitStatus> status() {
    // It may be collected between the two questions.
    for (int look = 0; look < LOOKS; look++) {
      Optional<WaitStatus> status = collected();
      if (status.isEmpty()) status = Proc.endOf(pid);
      if (status.isPresent()) return status;
    }
    return Optional.empty();
  }

  private Optional<WaitStatus> collected() {
    byte[] info = new byte[INFO_SIZE];
    ByteBuffer fields = ByteBuffer.wrap(info).order(ByteOrder.nativeOrder());
    fields.putLong(INFO_MASK, PIDFD_INFO_EXIT);
    try {
      // SAFETY: one structure of the size that the request's number says.
      Libc.ioctl(descriptor.number(), PIDFD_GET_INFO, info);
    } catch (LastErrorException unknown) {
      // An older kernel, or the process is one that cannot be seen from here.
      return Optional.empty();
    }
    return (fields.getLong(INFO_MASK) & PIDFD_INFO_EXIT) == 0
        ? Optional.empty()
        : Optional.of(new WaitStatus(fields.getInt(INFO_EXIT_CODE)));
  }

  /** For poll(2). */
  int number() {
    return descriptor.number();
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
