package io.sojourn.node.move;

import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.JvmCounters;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyBirth;
import io.sojourn.home.deputy.DeputyDirectory;
import java.time.Duration;
import java.util.Optional;

/** Gives tasks their deputies. */
final class Deputies {
  private static final Duration GREETING = Duration.ofSeconds(10);

  private final Moves.Settings settings;
  private final Moves moves;

  Deputies(Moves.Settings settings, Moves moves) {
    this.settings = settings;
    this.moves = moves;
  }

  /** The process that was the task becomes its deputy. */
  void become(MovedTask task, int pid, HomeDeparture departure) {
    CgroupFreeze group = departure.group();
    Optional<String> counters = JvmCounters.of(pid);
    for (int each : Proc.tree(pid)) if (each != pid) Signals.send(each, Signals.KILL);
    DeputyBirth birth =
        new DeputyBirth(settings.runtime(), new DeputyDirectory(settings.runDirectory()));
    WaitingSignals signals = departure.signals();
    Deputy deputy =
        group == null
            ? birth.ofStopped(pid, task.id(), 1, signals.ofStopped(pid))
            : birth.ofFrozen(pid, task.id(), 1, signals.ofFrozen(), group.switchFile());
    if (group != null) group.close();
    attend(task, deputy);
    counters.ifPresent(file -> CountersLock.give(deputy, file));
  }

  /** Hears it from now on. */
  void attend(MovedTask task, Deputy deputy) {
    Face face = new Face(task, settings.peers(), () -> moves.forget(task));
    task.deputy(deputy, face);
    deputy.listen(face);
    Step.of(
        "the deputy",
        () -> {
          deputy.greeted(GREETING);
          return deputy;
        });
  }
}
