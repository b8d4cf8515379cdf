package io.sojourn.migrate;

/**
 * Has an image of this program made at a moment that the program chooses: after a phase of a
 * computation, or before something risky.
 *
 * <pre>{@code
 * if (Checkpoint.now() == Checkpoint.Outcome.RESTORED) log("goes on after " + phase);
 * }</pre>
 *
 * <p>As fork does, the call returns in each life: in the one that goes on when the image is stored,
 * and in every one that begins from that image.
 */
public final class Checkpoint {
  /** In which life the call has returned. */
  public enum Outcome {
    /** An image is stored; the program has run on. */
    MADE,
    /**
     * The program was restored meanwhile: from the image that was asked for, or, where somebody
     * froze or moved it at the same time, from that.
     */
    RESTORED
  }

  /** There is no image, and the program runs on. The message says why, and the mend. */
  public static final class NotMadeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotMadeException(String message) {
      super(message);
    }
  }

  private Checkpoint() {}

  /**
   * Makes an image and waits until it is stored. An interrupt does not end that wait, and is kept
   * for later. Threads that ask at the same time are served one after another.
   *
   * @throws NotMadeException the node daemon refused, or failed
   * @throws UnsupportedOperationException the agent is not at work, or no node daemon listens
   * @throws IllegalStateException this thread is inside a {@link CheckpointGuard}, and a checkpoint
   *     would wait for it
   */
  public static Outcome now() {
    return CheckpointRequest.serve();
  }
}
