package io.sojourn.node.move;

import io.sojourn.protocol.move.DepartResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a guest node has said of a task that has left it. What was on its way in the task's
 * connections has megabytes for each, and is let go of by who takes it.
 */
final class Gone {
  private @Nullable DepartResponse whole;
  private final DepartResponse rest;

  Gone(DepartResponse whole) {
    this.whole = whole;
    this.rest = withoutConnections(whole);
  }

  /** All of it; once. */
  DepartResponse take() {
    DepartResponse all = Objects.requireNonNull(whole, "it is taken already");
    whole = null;
    return all;
  }

  /** Without what was on its way in connections. */
  DepartResponse rest() {
    return rest;
  }

  static DepartResponse withoutConnections(DepartResponse gone) {
    return gone.toBuilder().clearStreams().clearConnections().build();
  }
}
