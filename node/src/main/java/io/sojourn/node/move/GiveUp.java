package io.sojourn.node.move;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.home.deputy.DeputyName;
import io.sojourn.protocol.stream.SessionState;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up a task's life on another node. From here on home serves nothing of it, whatever becomes
 * of it there: where it is alive after all, it ends as soon as it hears of that. The deputy has the
 * task's place and its connections, as that of a frozen task has.
 */
final class GiveUp {
  private static final Logger log = LoggerFactory.getLogger(GiveUp.class);

  private final Moves.Settings settings;
  private final Moves moves;

  GiveUp(Moves.Settings settings, Moves moves) {
    this.settings = settings;
    this.moves = moves;
  }

  /**
   * @throws OperationException it has ended meanwhile
   */
  void of(MovedTask task) {
    task.whenThere(() -> Step.of("to give up the life elsewhere", () -> now(task)));
  }

  private MovedTask now(MovedTask task) throws IOException {
    MovedTask.Away away = task.away();
    if (away == null || task.over())
      throw OperationException.refused(
          "task " + task.name() + " has ended meanwhile", "see ckpt ps");
    Word word = new Word(settings, away.node(), Face.life(task));
    DeputyName deputy = task.deputy().name();
    log.warn(
        "life {} of task {} on node {} is given up", task.incarnation(), task.id(), away.node());
    task.freezes();
    // A daemon that finds the deputy and no note of where the task is takes it for one that is
    // here.
    moves.ledger().forget(task.id());
    leave(away);
    moves.callBack(task);
    moves.freezes(task);
    moves.frozen().keep(new FrozenTask(task.id(), deputy, deputy));
    settings.workers().execute(word::leave);
    return task;
  }

  private static void leave(MovedTask.Away away) throws IOException {
    Step.on(away.session().loop(), away.session()::freeze);
    SessionState pipes = Step.on(away.pipeSession().loop(), away.pipeSession()::freeze);
    Step.on(
        away.session().loop(),
        () -> {
          away.connections().leave();
          away.pipes().leave();
          return away;
        });
    away.pipes().putBackWhatFits(pipes);
  }
}
