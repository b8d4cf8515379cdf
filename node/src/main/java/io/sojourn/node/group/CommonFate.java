package io.sojourn.node.group;

import io.sojourn.engine.operation.OperationException;
import java.util.Optional;

/** Several who work side by side: when one of them fails, all do. */
public interface CommonFate {
  /** Who failed first, and why. */
  record Failure(String who, RuntimeException why) {
    /** With whoever it was in its words. */
    public RuntimeException explained() {
      return explained(who + ": ");
    }

    /**
     * @param what comes before the reason
     */
    public RuntimeException explained(String what) {
      if (!(why instanceof OperationException known)) return why;
      String message = what + known.getMessage();
      return switch (known.kind()) {
        case FAILED -> OperationException.failed(message, known.mend(), known);
        case REFUSED -> OperationException.refused(message, known.mend());
        case USAGE -> OperationException.usage(message, known.mend());
        case NOT_FOUND -> OperationException.notFound(message, known.mend());
      };
    }
  }

  /** One of them does not go on. */
  void fail(String who, RuntimeException why);

  Optional<Failure> failure();
}
