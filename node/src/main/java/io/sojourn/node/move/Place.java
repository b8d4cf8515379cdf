package io.sojourn.node.move;

import io.sojourn.checkpointer.Seat;
import org.jspecify.annotations.Nullable;

/**
 * The place of a task during a freeze or a checkpoint. Signals to its deputy wait meanwhile: they
 * are for the task where it runs on, and else stay with the deputy for its next life.
 */
public final class Place implements AutoCloseable {
  private final Seat seat;
  private final @Nullable MovedTask beside;

  Place(Seat seat, @Nullable MovedTask beside) {
    this.seat = seat;
    this.beside = beside;
    if (beside != null) beside.setsOut();
  }

  public Seat seat() {
    return seat;
  }

  @Override
  public void close() {
    if (beside != null) beside.arrives();
  }
}
