package io.sojourn.repository.seal;

import java.io.IOException;

/** What is stored is not what was written, or not all of it. To try again does not help. */
public final class DamageException extends IOException {
  private static final long serialVersionUID = 1;

  public DamageException(String message) {
    super(message);
  }

  public DamageException(String message, Throwable cause) {
    super(message, cause);
  }
}
