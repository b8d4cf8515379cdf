package io.sojourn.node.move;

import java.util.function.BooleanSupplier;

/**
 * Which signals a life has been sent, by the numbers of its deputy. Home asks again where it has
 * not heard an answer, or where its daemon died before it had told the deputy; one after the other,
 * so only the last can be meant.
 */
final class SentSignals {
  private long last;
  private boolean stopped;

  /**
   * @param serial 0 for one that has none: it is always sent
   * @param send tells whether it has stopped the task
   * @return what {@code send} has told, now or before
   */
  synchronized boolean once(long serial, BooleanSupplier send) {
    if (serial == 0) return send.getAsBoolean();
    if (serial > last) {
      stopped = send.getAsBoolean();
      last = serial;
    }
    return serial == last && stopped;
  }

  synchronized long last() {
    return last;
  }
}
