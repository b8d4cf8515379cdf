package io.sojourn.engine.control;

/** What the agent is doing, in the order of its {@code enum phase}. */
public enum Phase {
  RUNNING,
  GUARD,
  CALLBACKS,
  COLLECTING,
  STOPPED,
  RESUMING,
  /** As COLLECTING, but it is a matter of a millisecond: nothing is collected before the stop. */
  STOPPING
}
