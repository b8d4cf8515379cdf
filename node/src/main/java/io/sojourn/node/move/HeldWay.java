package io.sojourn.node.move;

import io.sojourn.checkpointer.StandingTask;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.memory.HeldMemory;
import io.sojourn.protocol.move.TaskLife;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rest of a way out on which a task's memory is in no image, but in its old place: that stands
 * still until the task runs there and has all of it, and only then becomes its deputy.
 */
final class HeldWay {
  private final WayOut way;
  private final Moves.Settings settings;
  private final Moves moves;
  private final Report report;
  private final MemoryWay memory;

  HeldWay(WayOut way, Moves.Settings settings, Moves moves, Report report, MemoryWay memory) {
    this.way = way;
    this.settings = settings;
    this.moves = moves;
    this.report = report;
    this.memory = memory;
  }

  Moves.Moved go(
      MovedTask task,
      StandingTask standing,
      int pid,
      String node,
      int incarnation,
      HomeDeparture departure) {
    TaskLife life = TaskLife.newBuilder().setTask(task.id()).setIncarnation(incarnation).build();
    try (HeldMemory held = hold(pid, standing)) {
      moves.memory().give(life, node, held);
      RuntimeException unheard = begin(task, standing, pid, node, incarnation, departure);
      departure.unlock();
      double pause = departure.standingMillis();
      MovedTask.Away away = Objects.requireNonNull(task.away());
      if (memory == MemoryWay.FOLLOWS) {
        if (unheard != null) report.warn(String.valueOf(unheard.getMessage()));
        follow(task, away, held, standing, pid, departure);
        // First: a daemon that finds this and no deputy has the task run on here.
        moves.ledger().isAway(task, node);
        if (task.hasDeputy()) departure.into(away.connections().kept(), task.deputy());
      }
      leaves(task, standing, pid, departure);
      departure.into(away.connections().kept(), task.deputy());
      if (unheard != null && memory == MemoryWay.AHEAD) throw unheard;
      return new Moves.Moved(incarnation, pause);
    } finally {
      moves.memory().takeBack(life);
    }
  }

  private HeldMemory hold(int pid, StandingTask standing) {
    try {
      return HeldMemory.of(pid, report.listener());
    } catch (RuntimeException denied) {
      standing.runsOn();
      throw denied;
    }
  }

  /** When this returns it runs there; or it may, and nobody has said so: then that is returned. */
  private @Nullable RuntimeException begin(
      MovedTask task,
      StandingTask standing,
      int pid,
      String node,
      int incarnation,
      HomeDeparture departure) {
    int before = task.incarnation();
    MovedTask.Away away = way.away(task, pid, node);
    try {
      way.arrived(task, standing, pid, node, incarnation, away, departure);
      departure.into(away.connections().kept());
      departure.into(away.connections());
      if (memory == MemoryWay.AHEAD) {
        if (task.hasDeputy()) departure.into(away.connections().kept(), task.deputy());
        // From here on a daemon that finds its old place has it end, or become its deputy.
        moves.ledger().begins(task, node);
      }
      report.phase("resume", () -> new Watch(settings, moves, task, away, incarnation).begin());
      return null;
    } catch (RuntimeException failed) {
      // Without its memory it may run there, unheard, and needs that then.
      if (task.away() != null && !away.start().forbid()) return failed;
      Word word = way.takenBack(task, away, before, departure.beside());
      standing.runsOn();
      // It may take a while to be heard.
      if (word != null) word.leave();
      throw failed;
    }
  }

  private void follow(
      MovedTask task,
      MovedTask.Away away,
      HeldMemory held,
      StandingTask standing,
      int pid,
      HomeDeparture departure) {
    try {
      report.phase("memory", () -> new Follows(moves, task, away).await(held));
    } catch (RuntimeException lost) {
      // Its memory will never be there. Where its old place is still there, that ends as it does.
      try {
        leaves(task, standing, pid, departure);
      } catch (RuntimeException ended) {
        lost.addSuppressed(ended);
      }
      throw lost;
    }
  }

  /** It runs there: what stood still here becomes its deputy, or ends beside that. */
  private void leaves(MovedTask task, StandingTask standing, int pid, HomeDeparture departure) {
    try {
      way.leavesDeputy(task, standing, pid, departure);
    } catch (RuntimeException failed) {
      // Whoever has ended its process at home has ended it.
      if (!task.hasDeputy()) endsThere(task, standing);
      throw failed;
    }
  }

  private void endsThere(MovedTask task, StandingTask standing) {
    Word word = new Word(settings, Objects.requireNonNull(task.away()).node(), Face.life(task));
    var unused = task.endsIn(task.incarnation());
    moves.neverLeft(task);
    standing.ends();
    word.leave();
  }
}
