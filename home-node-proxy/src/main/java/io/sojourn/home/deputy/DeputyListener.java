package io.sojourn.home.deputy;

/**
 * Hears what happens to a deputy. One call at a time, in the order of the events; calls should be
 * short, as the next waits for them.
 */
public interface DeputyListener {
  /**
   * A signal. Until {@link Deputy#over} the deputy keeps it, and says it again to the next daemon.
   * SIGCONT comes after the process goes on.
   */
  void signal(DeputySignal signal);

  /** The process stands still: by our own order, or by a SIGSTOP, which nobody can catch. */
  default void stopped() {}

  /** The process has ended: by our own order, or by a SIGKILL, which nobody can catch. The last. */
  void gone();

  /**
   * The process lives, but speaks no more with us: another daemon has connected to it, or it said
   * what is not the protocol. The last.
   */
  default void lost(String why) {}
}
