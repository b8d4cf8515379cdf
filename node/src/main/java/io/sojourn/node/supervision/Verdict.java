package io.sojourn.node.supervision;

import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.linux.WaitStatus;
import java.util.Set;

/** Whether a task has failed, from how it ended. */
final class Verdict {
  /** Those by which a program is asked to end, and which tell nothing against it. */
  private static final Set<Integer> ASKED =
      Set.of(Signals.HUP, Signals.INT, Signals.TERM, Signals.PIPE);

  /** A JVM that such a signal has ended says so: 128 and the signal. See System.exit's hooks. */
  private static final int SIGNALLED = 128;

  private Verdict() {}

  /** As systemd's Restart=on-failure, where the JVM's own statuses of these signals count too. */
  static boolean failed(WaitStatus end) {
    if (end.signal() != 0) return !ASKED.contains(end.signal());
    return end.exitStatus() != 0 && !ASKED.contains(end.exitStatus() - SIGNALLED);
  }
}
