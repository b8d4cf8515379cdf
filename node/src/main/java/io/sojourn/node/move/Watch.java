package io.sojourn.node.move;

import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.RunRequest;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.protocol.move.WorldEvent;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of a life on another node, from its beginning to its end, over broken links. */
final class Watch {
  private static final Logger log = LoggerFactory.getLogger(Watch.class);
  private static final long PAUSE_MILLIS = 1_000;

  private final Moves.Settings settings;
  private final Moves moves;
  private final MovedTask task;
  private final MovedTask.Away away;
  private final int incarnation;
  private final TaskLife life;

  Watch(
      Moves.Settings settings, Moves moves, MovedTask task, MovedTask.Away away, int incarnation) {
    this.settings = settings;
    this.moves = moves;
    this.task = task;
    this.away = away;
    this.incarnation = incarnation;
    this.life = TaskLife.newBuilder().setTask(task.id()).setIncarnation(incarnation).build();
  }

  /**
   * Lets it run. Where it may have begun, though nobody has said so, it is heard of later.
   *
   * @throws OperationException nobody says that it runs
   */
  void begin() {
    try {
      Iterator<WorldEvent> events = Step.at(away.node(), this::call);
      UnixAtHome.listenNoMore(task.deputy());
      settings.workers().execute(() -> goOn(events));
    } catch (OperationException unheard) {
      if (away.start().forbid()) throw unheard;
      goOnLater();
      throw OperationException.failed(
          unheard.getMessage() + "; it cannot be seen from here whether the task runs there",
          "wait until node " + away.node() + " is back (ckpt nodes), then see ckpt ps",
          unheard);
    }
  }

  /** Asks until it hears, in the background. */
  void goOnLater() {
    settings.workers().execute(() -> goOn(null));
  }

  private Iterator<WorldEvent> call() {
    Iterator<WorldEvent> told =
        GuestWorldsGrpc.newBlockingStub(settings.peers().get().channel(away.node()))
            .run(RunRequest.newBuilder().setLife(life).build());
    told.next();
    return told;
  }

  private void goOn(@Nullable Iterator<WorldEvent> first) {
    Iterator<WorldEvent> events = first;
    boolean silent = false;
    while (concerned()) {
      try {
        if (events == null) events = call();
        if (silent) log.info("task {} is heard of again", task.name());
        silent = false;
        away.contact().is(Contact.State.HEARD);
        while (events.hasNext()) {
          WorldEvent event = events.next();
          if (!event.hasEnded()) continue;
          // Its memory may be on its way yet, and it itself until that is over.
          moves.memory().ended(life);
          moves.noteEnd(task, incarnation, event.getEnded().getHow());
          task.ended(incarnation, event.getEnded().getHow());
        }
      } catch (StatusRuntimeException | OperationException | IllegalStateException lost) {
        boolean reaches = reachesHome();
        if (!silent && concerned())
          log.warn(
              "task {} {}: {}",
              task.name(),
              reaches ? "goes on where no daemon answers" : "is not heard of any more",
              lost.getMessage());
        silent = true;
        away.contact().is(reaches ? Contact.State.HEARD : Contact.State.SILENT);
        if (gone(lost)) {
          away.contact().is(Contact.State.LOST);
          moves.isLost(task);
          log.warn(
              "task {} is lost: node {} does not have it any more; ckpt restore {} runs it again",
              task.name(),
              away.node(),
              task.id());
          return;
        }
      }
      events = null;
      if (concerned() && !moves.pause(PAUSE_MILLIS)) return;
    }
  }

  /**
   * Its node's daemon, which hands on what home asks, may be gone for a while: what the task does
   * with home does not pass there.
   */
  private boolean reachesHome() {
    try {
      return Step.on(away.session().loop(), away.session()::attached);
    } catch (IOException | RejectedExecutionException ends) {
      return false;
    }
  }

  /** The node answers, and has no such life. */
  private static boolean gone(RuntimeException lost) {
    return lost instanceof StatusRuntimeException answer
        && Problems.in(answer)
            .filter(problem -> problem.kind() == OperationException.Kind.NOT_FOUND)
            .isPresent();
  }

  private boolean concerned() {
    return !task.over() && task.away() == away;
  }
}
