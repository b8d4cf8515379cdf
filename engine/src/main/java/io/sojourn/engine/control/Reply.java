package io.sojourn.engine.control;

/** How a request ended, in the order of the agent's {@code enum result}. */
public enum Reply {
  DONE,
  GUARD_HELD,
  CALLBACK_FAILED,
  NO_SAFEPOINT,
  TIMED_OUT,
  FAILED
}
