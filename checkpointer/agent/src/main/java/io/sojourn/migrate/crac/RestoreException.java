package io.sojourn.migrate.crac;

/**
 * A restore met trouble: the program runs on, restored, but without what failed. The reasons are
 * the suppressed exceptions, for {@code org.crac} passes on those alone. As {@code
 * org.crac.RestoreException}.
 */
public class RestoreException extends Exception {
  private static final long serialVersionUID = 1;

  /** For reasons that are to be added as suppressed exceptions. */
  public RestoreException() {}

  /** With a message, which {@code org.crac} does not pass on. */
  public RestoreException(String message) {
    super(message);
  }
}
