package io.sojourn.node.move;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.restore.world.Revival;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Has a task back that did not begin elsewhere: at home, beside its deputy, from its image. */
final class Back {
  /** Given up, the task would be nowhere: it takes as long as it takes. */
  private static final Duration UNLIMITED = Duration.ofDays(1);

  private final Moves.Settings settings;
  private final Moves moves;

  Back(Moves.Settings settings, Moves moves) {
    this.settings = settings;
    this.moves = moves;
  }

  /** No packet of its connections has passed since the image was made. */
  void restore(MovedTask task, ImageDirectory image, int incarnation, HomeDeparture departure) {
    MovedTask.Away away = task.away();
    if (away != null) new Word(settings, away.node(), Face.life(task)).leave();
    moves.callBack(task);
    departure.giveBack();
    letGoOfLocks(task);
    Revival here =
        Step.of(
            "the restore",
            () ->
                new Beside(settings)
                    .restore(image.path(), task, UnaryOperator.identity(), UNLIMITED));
    task.isHome(incarnation, here);
    moves.ledger().isHome(task, here);
    departure.open();
    here.run(incarnation);
    Step.afterwards("to give up unix connections", () -> UnixAtHome.giveUp(task.deputy()));
    Step.afterwards("to give up pipes", () -> PipesAtHome.giveUp(task.deputy()));
    moves.follow(task, here, incarnation);
  }

  /** CRIU takes them for the task, and would wait for its deputy. */
  private static void letGoOfLocks(MovedTask task) {
    FilesInItsPlace held = task.locks();
    for (int number : held.locked())
      Step.of(
          "to let go of a lock",
          () -> {
            held.close(number);
            return held;
          });
  }
}
