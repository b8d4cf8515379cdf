package io.sojourn.engine.control;

/** At the end of which collection a stop came; the agent's {@code enum collect}. */
public enum Collected {
  /** In a safepoint of its own. */
  NONE,
  /** A collection of everything, which the agent asked for. */
  FULL,
  /** One that the program made anyway. */
  OWN
}
