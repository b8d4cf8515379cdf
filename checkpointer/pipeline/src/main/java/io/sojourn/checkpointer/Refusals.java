package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Reply;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;

/** Puts into words why a VM did not come to a stop. */
final class Refusals {
  private Refusals() {}

  static OperationException stop(ControlBlock task, String name, CheckpointOptions options) {
    if (!Proc.exists(task.pid()) || Proc.state(task.pid()) == 'Z')
      return OperationException.failed(
          "task " + name + " has ended meanwhile", "see how: ckpt ps " + name);
    String because = task.explanation();
    if (!new io.sojourn.engine.control.Agent(task).busy() && task.reply() == Reply.GUARD_HELD)
      return OperationException.failed(
          "task " + name + " is in a guarded region: " + because,
          "try again, or wait longer: --guard-limit="
              + CheckpointOptions.twice(options.guardLimit()));
    if (!new io.sojourn.engine.control.Agent(task).busy() && task.reply() == Reply.CALLBACK_FAILED)
      return OperationException.failed(
          "the program refused the checkpoint: " + because,
          "see its CRaC resources, or leave out --crac");
    return OperationException.failed(
        "task "
            + name
            + " did not come to a stop within "
            + options.pauseLimit().plus(options.guardLimit()).toMillis()
            + " ms"
            + (because.isEmpty() ? "" : ": " + because),
        "see what the JVM does (jstack " + task.pid() + "), or allow more: --pause-limit");
  }
}
