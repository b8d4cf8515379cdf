package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;

/** Sends signals. See kill(2). */
public final class Signals {
  public static final int HUP = 1;
  public static final int INT = 2;
  public static final int KILL = 9;
  public static final int PIPE = 13;
  public static final int TERM = 15;
  public static final int CONT = 18;
  public static final int STOP = 19;
  public static final int WINCH = 28;

  private Signals() {}

  /** False where there is no such process. */
  public static boolean send(int pid, int signal) {
    if (pid <= 1) throw new IllegalArgumentException("pid " + pid);
    return kill(pid, signal);
  }

  /** To all of a process group. False where there is none. */
  static boolean sendToGroup(int group, int signal) {
    if (group <= 1) throw new IllegalArgumentException("process group " + group);
    return kill(-group, signal);
  }

  private static boolean kill(int pid, int signal) {
    try {
      Libc.kill(pid, signal);
      return true;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == Errno.ESRCH) return false;
      throw e;
    }
  }
}
