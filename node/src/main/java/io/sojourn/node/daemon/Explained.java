package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.supervision.NotYetException;
import io.sojourn.node.supervision.TakenException;
import java.util.function.Supplier;

/** What says that a task may not live here now, in a user's words. */
final class Explained {
  private Explained() {}

  /**
   * @throws OperationException another node has it, or nobody knows
   */
  static <T> T of(Supplier<T> work) {
    try {
      return work.get();
    } catch (TakenException taken) {
      throw OperationException.refused(
          String.valueOf(taken.getMessage()),
          "restore it there; or, if that node is gone, wait until its lease is over (a group's task:"
              + " ckpt restore --group GROUP --on NODE --give-up)");
    } catch (NotYetException unknown) {
      throw OperationException.failed(
          String.valueOf(unknown.getMessage()), "see ckpt repository status", unknown);
    }
  }
}
