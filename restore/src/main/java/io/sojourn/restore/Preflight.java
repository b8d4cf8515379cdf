package io.sojourn.restore;

import io.sojourn.engine.image.Verification;
import io.sojourn.engine.operation.OperationException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything that is known to stand in the way of a restore, looked for before anything is touched.
 */
final class Preflight {
  private static final List<Consumer<RestoreOrder>> CHECKS =
      List.of(
          order -> Verification.quick(order.image()),
          MachineCheck::check,
          PidCheck::check,
          PortCheck::check,
          Streams::find,
          FileCheck::check);

  /** Those that look at the image and its files alone. */
  private static final List<Consumer<RestoreOrder>> OF_THE_IMAGE =
      List.of(order -> Verification.quick(order.image()), MachineCheck::check, FileCheck::check);

  private Preflight() {}

  /** Each check once, whatever it says. */
  static void warmUp(RestoreOrder order) {
    for (Consumer<RestoreOrder> check : CHECKS)
      try {
        check.accept(order);
      } catch (OperationException refusal) {
        // There is no such image.
      }
  }

  /**
   * @throws OperationException refused, naming what is in the way and how to mend it
   */
  static void check(RestoreOrder order) {
    CHECKS.forEach(check -> check.accept(order));
  }

  /**
   * For a task whose deputy holds its number, ports and pipes.
   *
   * @throws OperationException refused, as above
   */
  static void image(RestoreOrder order) {
    OF_THE_IMAGE.forEach(check -> check.accept(order));
  }
}
