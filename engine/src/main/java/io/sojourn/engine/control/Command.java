package io.sojourn.engine.control;

/** What the daemon asks, in the order of the agent's {@code enum command}. */
enum Command {
  NONE,
  STATUS,
  STOP,
  REFUSE
}
