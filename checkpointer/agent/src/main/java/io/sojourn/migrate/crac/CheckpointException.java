package io.sojourn.migrate.crac;

/**
 * A checkpoint met trouble: no image was made, and the program runs on. The reasons are the
 * suppressed exceptions, for {@code org.crac} passes on those alone. As {@code
 * org.crac.CheckpointException}.
 */
public class CheckpointException extends Exception {
  private static final long serialVersionUID = 1;

  /** For reasons that are to be added as suppressed exceptions. */
  public CheckpointException() {}

  /** With a message, which {@code org.crac} does not pass on. */
  public CheckpointException(String message) {
    super(message);
  }
}
