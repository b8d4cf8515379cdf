package io.sojourn.node.move;

import io.sojourn.checkpointer.Seat;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyBirth;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The place of a task of this node. When it is frozen its process turns into its deputy, which
 * holds all that it had open; one that lived beside its deputy turns into the holder of that.
 */
final class DeputySeat implements Seat {
  private final Moves.Settings settings;
  private final Moves moves;
  private final @Nullable MovedTask before;
  private @Nullable CgroupFreeze group;
  private @Nullable WaitingSignals signals;

  /**
   * @param before where it has a deputy already, beside which it lives
   */
  DeputySeat(Moves.Settings settings, Moves moves, @Nullable MovedTask before) {
    this.settings = settings;
    this.moves = moves;
    this.before = before;
  }

  @Override
  public List<String> criu(Path program) {
    Revival beside = before == null ? null : before.beside();
    return beside == null
        ? List.of(program.toString())
        : List.of(
            "nsenter", "--target", "" + beside.first(), "--pid", "--mount", program.toString());
  }

  @Override
  public boolean apart() {
    return before != null;
  }

  @Override
  public boolean kept() {
    return true;
  }

  @Override
  public void held(ControlBlock task, Path image) throws IOException {
    // Without it the process is stopped by a signal, which a shell with job control notices.
    CgroupFreeze freeze = CgroupFreeze.of(task.pid()).orElse(null);
    group = freeze;
    if (freeze != null) freeze.freeze(Proc.tree(task.pid()));
    signals = WaitingSignals.held(task.pid(), image);
  }

  @Override
  public void take(ControlBlock task) {
    int pid = task.pid();
    for (int each : Proc.tree(pid)) if (each != pid) Signals.send(each, Signals.KILL);
    DeputyDirectory directory = new DeputyDirectory(settings.runDirectory());
    DeputyBirth birth = new DeputyBirth(settings.runtime(), directory);
    CgroupFreeze freeze = group;
    WaitingSignals waiting = Objects.requireNonNull(signals);
    try (Deputy born =
        freeze == null
            ? birth.ofStopped(pid, task.id(), task.incarnation(), waiting.ofStopped(pid))
            : birth.ofFrozen(
                pid, task.id(), task.incarnation(), waiting.ofFrozen(), freeze.switchFile())) {
      born.descriptors().endRepair();
      if (freeze != null) freeze.close();
      if (before != null) moves.freezes(before);
      moves
          .frozen()
          .keep(
              new FrozenTask(
                  task.id(), before == null ? born.name() : before.deputy().name(), born.name()));
    } catch (IOException failed) {
      throw OperationException.failed(
          "its deputy does not answer: " + failed.getMessage(), "see ckpt doctor", failed);
    }
  }

  @Override
  public void undone() {
    if (group != null) group.close();
  }
}
