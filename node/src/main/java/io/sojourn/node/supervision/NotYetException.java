package io.sojourn.node.supervision;

import org.jspecify.annotations.Nullable;

/** Nobody can say now whether a task may live here: it is to be asked again. */
public final class NotYetException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NotYetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
