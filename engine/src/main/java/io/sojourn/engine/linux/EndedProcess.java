package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.time.Duration;

/** A process that has ended, and whose number is held until its parent has heard of that. */
public final class EndedProcess {
  private static final int POLLHUP = 0x10;

  /**
   * From Linux 6.9 on a pidfd hangs up when its process is collected (fs/pidfs.c, pidfd_poll). An
   * older kernel tells the parent alone; there we look again so often.
   */
  private static final int LOOK_AGAIN_MILLIS = 50;

  private EndedProcess() {}

  /** Waits until the process is collected. False where the time did not suffice. */
  public static boolean awaitCollected(int pid, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    int pidfd;
    try {
      // SAFETY: the arguments are numbers only.
      pidfd = (int) Libc.syscall(Libc.SYS_PIDFD_OPEN, pid, 0, 0);
    } catch (LastErrorException collected) {
      return Proc.state(pid) != 'Z';
    }
    try {
      while (Proc.state(pid) == 'Z') {
        if (System.nanoTime() > deadline) return false;
        if (hangsUp(pidfd)) return true;
      }
      return true;
    } finally {
      Libc.close(pidfd);
    }
  }

  private static boolean hangsUp(int pidfd) {
    // struct pollfd: int fd, short events, short revents. POLLHUP is always told.
    int[] pollfd = {pidfd, 0};
    try {
      // SAFETY: one structure, which lives as long as the call.
      Libc.poll(pollfd, 1, LOOK_AGAIN_MILLIS);
    } catch (LastErrorException interrupted) {
      return false;
    }
    return (pollfd[1] >> 16 & POLLHUP) != 0;
  }
}
