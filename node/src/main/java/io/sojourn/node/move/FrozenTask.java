package io.sojourn.node.move;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.home.deputy.DeputyName;
import java.util.List;
import java.util.Optional;

/**
 * A task that is frozen, and has a deputy.
 *
 * @param face has its number, parent and terminal
 * @param holder has what it had open at the freeze: the same process, or, where the task lived
 *     beside its deputy, the one that it was there
 */
record FrozenTask(String id, DeputyName face, DeputyName holder) {
  /** Of all deputies of a task, the oldest first. */
  static Optional<FrozenTask> of(List<DeputyName> deputies) {
    if (deputies.isEmpty()) return Optional.empty();
    DeputyName first = deputies.get(0), last = deputies.get(deputies.size() - 1);
    return Optional.of(new FrozenTask(first.task(), first, last));
  }

  boolean heldBeside() {
    return !face.equals(holder);
  }

  /** Ends what is beside the deputy, with the pid namespace that it is in. */
  void endHolder() {
    if (!heldBeside() || Proc.startTicks(holder.pid()) != holder.startTicks()) return;
    int first = Proc.parent(holder.pid());
    boolean world = first > 1 && Proc.innermostPid(first) == 1;
    Signals.send(world ? first : holder.pid(), Signals.KILL);
  }
}
