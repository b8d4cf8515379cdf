package io.sojourn.node.move;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.memory.HeldMemory;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The memory of a task that runs on another node already follows it. */
final class Follows {
  /** The memory tells its end itself; whether the node is lost has to be looked at. */
  private static final int LOOK_SECONDS = 1;

  private final Moves moves;
  private final MovedTask task;
  private final MovedTask.Away away;

  Follows(Moves moves, MovedTask task, MovedTask.Away away) {
    this.moves = moves;
    this.task = task;
    this.away = away;
  }

  /**
   * Returns when all of it is there. While the link is cut, it waits.
   *
   * @throws OperationException it never will be: the task is lost
   */
  void await(HeldMemory memory) {
    while (true) {
      try {
        memory.whole().get(LOOK_SECONDS, TimeUnit.SECONDS);
        return;
      } catch (TimeoutException stillComing) {
        if (away.contact().state() == Contact.State.LOST)
          throw lost("node " + away.node() + " does not have it any more");
        if (!moves.pause(0)) throw lost("the daemon ends");
      } catch (ExecutionException gone) {
        throw lost(String.valueOf(Objects.requireNonNullElse(gone.getCause(), gone).getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw lost("the daemon ends");
      }
    }
  }

  private OperationException lost(String why) {
    return OperationException.failed(
        "task %s is lost, as not all of its memory had reached node %s: %s"
            .formatted(task.name(), away.node(), why),
        "restore it from its last image: ckpt images " + task.name());
  }
}
