package io.sojourn.node.group;

import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import java.time.Duration;
import java.util.function.Consumer;

/** One node's side of what is done with a group of tasks that may be at home on several nodes. */
public interface Exchange {
  /**
   * Says that this node has done a step.
   *
   * @return what is next, when all nodes have done it
   * @throws io.sojourn.engine.operation.OperationException one of them does not come so far
   */
  Order exchange(Word word);

  /** Says that this node does not go on. */
  void giveUp(RuntimeException why);

  /**
   * @param told is run once, when another does not go on: at once, also while this node is busy
   *     with a step
   */
  void onGivenUp(Consumer<RuntimeException> told);

  /** From now on no step of the others may take longer. */
  default void within(Duration limit) {}

  /** Whether the others cannot be heard any more, rather than having given up. */
  default boolean lost() {
    return false;
  }
}
