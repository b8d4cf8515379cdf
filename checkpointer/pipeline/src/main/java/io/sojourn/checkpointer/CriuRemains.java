package io.sojourn.checkpointer;

import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.linux.TcpRepair;

/**
 * Clears away what a CRIU that was killed leaves: sockets in repair mode, locked connections,
 * stopped processes.
 */
final class CriuRemains {
  private CriuRemains() {}

  /**
   * Packets of its connections pass already: peers that have heard nothing for a while are asked
   * where they stand. The kernel would do so the later the longer that was.
   */
  static void clear(TaskFacts facts) {
    boolean stands = facts.processes().stream().allMatch(CriuRemains::stands);
    for (Descriptor descriptor : facts.descriptors()) {
      InternetSocket socket = facts.internetSockets().get(descriptor.inode());
      if (socket != null && socket.tcp())
        TcpRepair.off(descriptor, stands && socket.state().equals("ESTABLISHED"));
    }
    for (int pid : facts.processes()) Signals.send(pid, Signals.CONT);
  }

  /** Whether it can make no call on a socket meanwhile. */
  private static boolean stands(int pid) {
    return Proc.state(pid) == 'T' || CgroupFreeze.isIn(pid);
  }

  /**
   * Before CRIU is killed: keeps the task from running between CRIU's end and {@link #clear}, when
   * a call on one of its connections would fail with EPERM. The signal waits as long as CRIU holds
   * the task.
   */
  static void hold(int root) {
    Proc.tree(root).forEach(pid -> Signals.send(pid, Signals.STOP));
  }
}
