package io.sojourn.node.schedule;

/** What the scheduler has others do. */
public interface Work {
  /** How a task is. */
  enum Condition {
    RUNS,
    /** It is frozen, away or being worked upon, and may run again. */
    WAITS,
    /** Nothing is known of it any more. */
    GONE
  }

  /**
   * An image that was made.
   *
   * @param directory that holds it
   * @param costMillis how long it took, from the stop until it was stored
   */
  record Made(String directory, long costMillis) {}

  Condition condition(String task);

  /**
   * @throws io.sojourn.engine.operation.OperationException it was refused, or failed
   */
  Made checkpoint(Schedule schedule);

  /** When an image was made; 0 where there is none. */
  long madeEpochMillis(String image);

  /**
   * Removes an image that is no longer kept. One that is gone already is none to speak of.
   *
   * @throws io.sojourn.engine.operation.OperationException it is in use
   */
  void remove(String directory);
}
