package io.sojourn.engine.linux;

import java.util.Set;

/**
 * Signals for a job of a shell whose process is elsewhere. Where it is there is no shell, so its
 * process group is orphaned, and the kernel stops nobody in such a group by the signals of a
 * terminal. See setpgid(2).
 */
public final class JobSignals {
  /** SIGTSTP, SIGTTIN, SIGTTOU. */
  private static final Set<Integer> STOPPING = Set.of(20, 21, 22);

  private JobSignals() {}

  /** Whether a terminal's job is stopped by it. */
  public static boolean stops(int signal) {
    return STOPPING.contains(signal);
  }

  /**
   * Does what the signal would do at home.
   *
   * @param group to all descendants, too, that are in its process group
   * @return whether the process itself stands still now because of it
   */
  public static boolean send(int process, int signal, boolean group) {
    int id = Proc.group(process);
    if (group)
      for (int each : Proc.tree(process))
        if (each != process && Proc.group(each) == id) sendOne(each, signal);
    return sendOne(process, signal);
  }

  private static boolean sendOne(int pid, int signal) {
    boolean stops = STOPPING.contains(signal) && Proc.leavesToKernel(pid, signal);
    Signals.send(pid, stops ? Signals.STOP : signal);
    return stops;
  }
}
