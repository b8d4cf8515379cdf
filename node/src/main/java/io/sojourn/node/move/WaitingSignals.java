package io.sojourn.node.move;

import io.sojourn.engine.criu.PendingSignals;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.home.deputy.SignalsBefore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Signals that wait for a process whose task is dumped, until it is a deputy: the task has some of
 * them in its image; the others are its deputy's to tell.
 */
final class WaitingSignals {
  private static final int TRAP = 5, ALARM = 14, CHILD = 17, VIRTUAL_ALARM = 26, PROFILE = 27;

  /**
   * Where they have come since, nobody can tell from without whether they are meant for the task:
   * they may be of a timer, a child, the tracer or the stop, which are this process's own.
   */
  private static final Set<Integer> ITS_OWN =
      Set.of(TRAP, Signals.KILL, ALARM, CHILD, Signals.CONT, Signals.STOP, VIRTUAL_ALARM, PROFILE);

  private final PendingSignals inImage;
  private final Set<Integer> seen;

  private WaitingSignals(PendingSignals inImage, Set<Integer> seen) {
    this.inImage = inImage;
    this.seen = seen;
  }

  /** While CRIU holds the task, and the image is complete. */
  static WaitingSignals held(int pid, Path image) throws IOException {
    return new WaitingSignals(
        PendingSignals.of(image, Proc.innermostPid(pid)), Proc.pendingSignals(pid));
  }

  /**
   * Of a process that an earlier daemon has left so.
   *
   * @param image its image; where that is gone, the process hears once more what waited before
   */
  static WaitingSignals found(int pid, @Nullable Path image) throws IOException {
    PendingSignals inImage =
        image == null
            ? new PendingSignals(Map.of(), Map.of())
            : PendingSignals.of(image, Proc.innermostPid(pid));
    return new WaitingSignals(inImage, Proc.pendingSignals(pid));
  }

  /** For one that has been in a frozen control group all the time: it takes no signal. */
  SignalsBefore ofFrozen() {
    return new SignalsBefore(inImage.all(), Set.of());
  }

  /**
   * For one that was stopped by a signal: a thread of it takes all that have lower numbers, before
   * it takes that one.
   */
  SignalsBefore ofStopped(int pid) {
    Set<Integer> came = new TreeSet<>(seen);
    came.addAll(Proc.pendingSignals(pid));
    came.removeAll(inImage.shared().keySet());
    came.removeAll(ITS_OWN);
    came.removeAll(Proc.timerSignals(pid));
    return new SignalsBefore(inImage.all(), came);
  }
}
