package io.sojourn.node.move;

/** What was last heard of a life on another node. */
final class Contact {
  /** In the order in which it gets worse. */
  enum State {
    HEARD,
    /** Its node cannot be reached: it may run. */
    SILENT,
    /** Its node answers, and it is not there. */
    LOST
  }

  private final HomeWaits waits;
  private State state = State.HEARD;
  private long sinceNanos = System.nanoTime();

  /**
   * @param waits is told when the life is not heard of, and when it is again
   */
  Contact(HomeWaits waits) {
    this.waits = waits;
  }

  synchronized void is(State now) {
    if (state == now || state == State.LOST) return;
    if (now == State.HEARD) waits.heard();
    else if (state == State.HEARD) waits.unheard();
    state = now;
    sinceNanos = System.nanoTime();
  }

  synchronized State state() {
    return state;
  }

  /** For how long it has been so. */
  synchronized long seconds() {
    return (System.nanoTime() - sinceNanos) / 1_000_000_000;
  }

  /** See {@link HomeWaits}. */
  long keepMillis() {
    return waits.keepMillis();
  }
}
