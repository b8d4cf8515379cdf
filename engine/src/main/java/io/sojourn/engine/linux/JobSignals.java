package io.sojourn.engine.linux;

import java.util.ArrayList;
import java.util.List;
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

  /** One signal to one process. */
  public record One(int pid, int number) {}

  /**
   * What the signal comes to.
   *
   * @param sent in this order
   * @param stops the process itself stands still because of it
   */
  public record Plan(List<One> sent, boolean stops) {}

  /**
   * What does what the signal would do at home.
   *
   * @param group to all descendants, too, that are in its process group
   */
  public static Plan plan(int process, int signal, boolean group) {
    List<One> sent = new ArrayList<>();
    int id = Proc.group(process);
    if (group)
      for (int each : Proc.tree(process))
        if (each != process && Proc.group(each) == id) sent.add(one(each, signal));
    One itself = one(process, signal);
    sent.add(itself);
    return new Plan(sent, itself.number() != signal);
  }

  private static One one(int pid, int signal) {
    boolean stops = STOPPING.contains(signal) && Proc.leavesToKernel(pid, signal);
    return new One(pid, stops ? Signals.STOP : signal);
  }

  /**
   * Does it.
   *
   * @return whether the process itself stands still now because of it
   */
  public static boolean send(int process, int signal, boolean group) {
    Plan plan = plan(process, signal, group);
    plan.sent().forEach(one -> Signals.send(one.pid(), one.number()));
    return plan.stops();
  }
}
