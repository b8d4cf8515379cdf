package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sojourn.engine.operation.OperationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a preflight says. */
final class Refusals {
  private Refusals() {}

  /** The refusal of a check; fails where it does not refuse. */
  static OperationException of(ThrowingCallable check) {
    OperationException refusal = catchThrowableOfType(OperationException.class, check);
    assertThat(refusal).as("refusal").isNotNull();
    assertThat(refusal.kind()).isEqualTo(OperationException.Kind.REFUSED);
    return refusal;
  }
}
