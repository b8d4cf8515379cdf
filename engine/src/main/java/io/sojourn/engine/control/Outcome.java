package io.sojourn.engine.control;

/** What a pause was, in the order of the agent's {@code enum outcome}. */
public enum Outcome {
  NONE,
  CHECKPOINTED,
  RESTORED,
  ABANDONED
}
