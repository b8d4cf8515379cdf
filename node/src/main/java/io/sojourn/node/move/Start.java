package io.sojourn.node.move;

/**
 * Whether a life on another node has begun, or never will. Before it begins home can have the task
 * back from its image, as if that life had not been; afterwards it may have done something.
 */
final class Start {
  private boolean begun;
  private boolean forbidden;

  /** It asks whether it may. */
  synchronized boolean begins() {
    if (forbidden) return false;
    begun = true;
    return true;
  }

  /** It may not any more. False where it has begun. */
  synchronized boolean forbid() {
    if (begun) return false;
    forbidden = true;
    return true;
  }
}
