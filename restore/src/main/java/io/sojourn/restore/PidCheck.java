package io.sojourn.restore;

import io.sojourn.engine.control.TaskScan;
import io.sojourn.engine.linux.EndedProcess;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Process;
import io.sojourn.protocol.image.TaskIdentity;
import io.sojourn.protocol.image.Thread;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A program knows its pid and those of its threads, so it gets the same again: none may be in use.
 */
final class PidCheck {
  /** How long a parent may take to collect a child that ended. */
  private static final Duration COLLECTED = Duration.ofSeconds(5);

  /** More processes than a restore sees beginning. */
  private static final int NEAR = 500;

  private static final String MEND = ", or restore with --clone, where all numbers are free";

  private PidCheck() {}

  static void check(RestoreOrder order) {
    if (order.options().asClone()) return; // Its pid namespace is new.
    for (int number : pids(order)) {
      // A freeze ends a process; its number is free when its parent has heard of that.
      if (Proc.state(number) == 'Z') EndedProcess.awaitCollected(number, COLLECTED);
      if (Proc.exists(number)) throw taken(order.manifest().getTask(), number, order);
    }
  }

  /** All process and thread numbers of the image. */
  static SortedSet<Integer> pids(RestoreOrder order) {
    SortedSet<Integer> pids = new TreeSet<>();
    pids.add(order.pid());
    for (Process process : order.manifest().getProcessesList()) pids.add(process.getPid());
    for (Thread thread : order.manifest().getThreadsList()) pids.add(thread.getTid());
    return pids;
  }

  /**
   * Where the kernel's next numbers would run into those of the task: the last of these, to go on
   * behind it. In a new namespace it always would. Never otherwise: other frozen tasks want their
   * numbers too.
   */
  static Optional<Integer> numbersToSkip(RestoreOrder order) {
    int first = pids(order).first(), last = pids(order).last(), next = Proc.lastPid() + 1;
    boolean near = next <= last && next > first - NEAR;
    return near || order.options().asClone() ? Optional.of(last) : Optional.empty();
  }

  private static OperationException taken(TaskIdentity task, int number, RestoreOrder order) {
    String which = "number " + number + " of task " + task.getName();
    if (Proc.state(number) == 'Z')
      return OperationException.refused(
          which
              + " is still held by an ended process that its parent '"
              + Proc.command(Proc.parent(number))
              + "' (pid "
              + Proc.parent(number)
              + ") has not waited for",
          "end that parent" + MEND);
    if (number == task.getPid() && isTask(number, order))
      return OperationException.refused(
          "task " + task.getName() + " lives: pid " + number,
          "end it first (kill " + number + "), or restore a second one beside it with --clone");
    return OperationException.refused(
        which + " is in use by '" + Proc.command(number) + "'",
        "wait until that has ended, or end it (kill " + number + ")" + MEND);
  }

  private static boolean isTask(int pid, RestoreOrder order) {
    return new TaskScan(order.settings().runDirectory())
        .of(pid)
        .filter(block -> block.id().equals(order.manifest().getTask().getId()))
        .isPresent();
  }
}
