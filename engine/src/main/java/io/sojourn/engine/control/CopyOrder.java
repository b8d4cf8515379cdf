package io.sojourn.engine.control;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What is said through a control block about a copy of the task's memory: see {@code snapshot.h}.
 * For one stop, the next one.
 */
public final class CopyOrder {
  /** The agent may not wait yet when it is woken. */
  private static final Duration STEP = Duration.ofMillis(1);

  /** No stop has this number. */
  private static final int GIVEN_UP = -1;

  private final ControlBlock task;
  private final int stop;

  /**
   * From now on a copy may be asked for at the next stop, and the task runs on from that at once
   * when this process has ended.
   *
   * @param keeper this process, as the task sees it
   */
  public CopyOrder(ControlBlock task, int keeper) {
    this.task = task;
    stop = task.number(Word.STOP) + 1;
    task.number(Word.SNAPSHOT, 0);
    task.number(Word.SNAPSHOT_MADE, 0);
    task.number(Word.SNAPSHOT_PID, 0);
    task.number(Word.KEEPER, keeper);
    task.number(Word.KEPT, stop);
  }

  /**
   * Asks for one, of a task that stands still, and waits for it.
   *
   * @return as {@link #made}
   */
  public OptionalInt ask(Duration limit) {
    task.number(Word.SNAPSHOT, stop);
    long deadline = System.nanoTime() + limit.toNanos();
    while (task.number(Word.SNAPSHOT_MADE) != stop && System.nanoTime() < deadline) {
      int seen = task.number(Word.SNAPSHOT_MADE);
      task.wake(Word.GO);
      if (seen != stop) task.await(Word.SNAPSHOT_MADE, seen, STEP);
    }
    return made();
  }

  /** Whether one has been asked for. */
  public boolean asked() {
    return task.number(Word.SNAPSHOT) == stop;
  }

  /** The process that holds the task's memory; empty where there is none. */
  public OptionalInt made() {
    int copy = task.number(Word.SNAPSHOT_PID);
    return task.number(Word.SNAPSHOT_MADE) == stop && copy > 1
        ? OptionalInt.of(copy)
        : OptionalInt.empty();
  }

  /** Whoever waits for a copy does not any more, and a copy that is there or comes ends itself. */
  public void giveUp() {
    task.number(Word.SNAPSHOT, GIVEN_UP);
    task.wake(Word.SNAPSHOT);
    task.wake(Word.SNAPSHOT_MADE);
  }

  /** From now on the stop is as any other. */
  public void end() {
    giveUp();
    task.number(Word.KEPT, 0);
  }
}
