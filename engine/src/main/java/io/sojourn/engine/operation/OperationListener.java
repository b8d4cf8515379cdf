package io.sojourn.engine.operation;

/**
 * Is told how an operation goes, while it goes. Called on the operation's thread; must not block
 * for long.
 */
public interface OperationListener {
  /** Hears nothing. */
  OperationListener NONE = new OperationListener() {};

  /** A step began. */
  default void phaseStarted(String name) {}

  /** It ended, after so long. */
  default void phaseFinished(String name, double millis) {}

  /**
   * @param done bytes
   * @param total bytes; 0 where not known
   */
  default void progress(long done, long total) {}
}
