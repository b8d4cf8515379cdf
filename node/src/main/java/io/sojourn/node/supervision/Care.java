package io.sojourn.node.supervision;

import io.sojourn.engine.linux.WaitStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the supervisor has others find out and do. */
public interface Care {
  /** How a task is. */
  enum Condition {
    RUNS,
    /** An operation is under way; its end is told. */
    BUSY,
    /** It cannot fail where it is: it is frozen. */
    RESTS,
    /** It lives on another node. */
    AWAY,
    /** It was on another node, which does not have it any more. */
    LOST,
    /** It has ended, and its deputy is about to. */
    ENDS,
    ENDED,
    /** Nothing is known of it any more. */
    GONE
  }

  /**
   * @param life that runs, or is about to end; null where there is none
   */
  record Standing(Condition condition, @Nullable Incarnation life) {}

  Standing standing(String task);

  /** How a life ended, where that was written down. */
  Optional<WaitStatus> noted(String task, int incarnation);

  /** How its newest life ended, likewise. */
  Optional<WaitStatus> noted(String task);

  /** What is known of a task has changed. Must not take long. */
  void became(Supervised task);

  /** A task is not supervised any more. */
  void left(String task);

  /**
   * Makes it live again from its newest whole image. Takes its time.
   *
   * @return what to say of it
   * @throws io.sojourn.engine.operation.OperationException it could not be; NOT_FOUND where it
   *     never can be
   * @throws TakenException it is another node's
   * @throws NotYetException it is to be tried again
   */
  String restart(Supervised task);
}
