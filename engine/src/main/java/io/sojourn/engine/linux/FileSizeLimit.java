package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;

/** RLIMIT_FSIZE of another process. See prlimit(2). */
public final class FileSizeLimit {
  private static final int RLIMIT_FSIZE = 1;

  private FileSizeLimit() {}

  /**
   * From now on every write of that process to a file fails: with EFBIG where it ignores SIGXFSZ,
   * else by its end. Pipes and sockets go on. False where we may not: it has a user of its own, and
   * we lack CAP_SYS_RESOURCE.
   */
  public static boolean stopWrites(int pid) {
    try {
      // SAFETY: struct rlimit64 is two 64-bit numbers, read only; the old limit is not asked for.
      Libc.syscall(Libc.SYS_PRLIMIT64, pid, RLIMIT_FSIZE, new long[] {0, 0}, Pointer.NULL);
      return true;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == Errno.ESRCH) return true;
      if (e.getErrorCode() == Errno.EPERM) return false;
      throw e;
    }
  }
}
