package io.sojourn.node.daemon;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.Proc;
import java.util.Optional;

/**
 * A task's running process.
 *
 * @param uid its real one, from the kernel: what the control block says was written by the task
 */
record Life(ControlBlock block, int pid, int parent, int uid) {
  /** Empty where the process has ended meanwhile. */
  static Optional<Life> of(ControlBlock block) {
    int uid = Proc.owner(block.pid())[0];
    return uid < 0
        ? Optional.empty()
        : Optional.of(new Life(block, block.pid(), Proc.parent(block.pid()), uid));
  }
}
