package io.sojourn.engine.control;

/** What the agent is doing, in the order of its {@code enum phase}. */
public enum Phase {
  RUNNING,
  GUARD,
  CALLBACKS,
  COLLECTING,
  STOPPED,
  RESUMING
}
