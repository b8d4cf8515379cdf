package io.sojourn.node.move;

import io.sojourn.checkpointer.StandingTask;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.memory.HeldMemory;
import io.sojourn.protocol.move.TaskLife;
import java.util.Objects;

/**
 * The rest of a way out on which a task runs there before its memory does: that stays in its old
 * place, which stands still until all is over, and is its deputy then.
 */
final class LazyWay {
  private final WayOut way;
  private final Moves.Settings settings;
  private final Moves moves;
  private final Report report;

  LazyWay(WayOut way, Moves.Settings settings, Moves moves, Report report) {
    this.way = way;
    this.settings = settings;
    this.moves = moves;
    this.report = report;
  }

  Moves.Moved go(
      MovedTask task,
      StandingTask standing,
      int pid,
      String node,
      int incarnation,
      HomeDeparture departure) {
    TaskLife life = TaskLife.newBuilder().setTask(task.id()).setIncarnation(incarnation).build();
    try (HeldMemory memory = hold(pid, standing)) {
      moves.memory().give(life, node, memory);
      begin(task, standing, pid, node, incarnation, departure);
      departure.open();
      double pause = departure.standingMillis();
      MovedTask.Away away = Objects.requireNonNull(task.away());
      try {
        report.phase("memory", () -> new Follows(moves, task, away).await(memory));
      } catch (RuntimeException lost) {
        ends(task, standing, pid, incarnation, departure, lost);
        throw lost;
      }
      // First: a daemon that finds this and no deputy has the task run on here.
      moves.ledger().isAway(task, node);
      if (task.hasDeputy()) departure.into(away.connections().kept(), task.deputy());
      way.leavesDeputy(task, standing, pid, departure);
      departure.into(away.connections().kept(), task.deputy());
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

  private void begin(
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
      report.phase("resume", () -> new Watch(settings, moves, task, away, incarnation).begin());
    } catch (RuntimeException failed) {
      if (task.away() == null || away.start().forbid()) {
        Word word = way.takenBack(task, away, before, departure.beside());
        standing.runsOn();
        // It may take a while to be heard.
        if (word != null) word.leave();
        throw failed;
      }
      // It may run there, unheard, and needs its memory then.
      report.warn(String.valueOf(failed.getMessage()));
    }
  }

  /** Its memory will never be there. Where its old place is still there, that ends as it does. */
  private void ends(
      MovedTask task,
      StandingTask standing,
      int pid,
      int incarnation,
      HomeDeparture departure,
      RuntimeException lost) {
    Word word = new Word(settings, Objects.requireNonNull(task.away()).node(), Face.life(task));
    try {
      way.leavesDeputy(task, standing, pid, departure);
    } catch (RuntimeException ended) {
      lost.addSuppressed(ended);
      var unused = task.endsIn(incarnation);
      moves.neverLeft(task);
      word.leave();
    }
  }
}
