package io.sojourn.node.supervision;

import io.sojourn.protocol.lives.LifeBeat;
import io.sojourn.protocol.lives.LifeClaim;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * For how long the owners of lives have been silent, by this node's clock alone: from when it first
 * saw the beat that has not changed since. No node's clock is compared with another's.
 */
final class Beats {
  private record Seen(int number, LifeBeat beat, long sinceNanos) {}

  private final LongSupplier nanos;
  private final Map<String, Seen> seen = new HashMap<>();

  /**
   * @param nanos a clock that stands still while this machine sleeps: what it does not see then
   *     counts for nothing
   */
  Beats(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** The beat of a task's newest life is this now. */
  synchronized void saw(String task, int number, LifeBeat beat) {
    Seen before = seen.get(task);
    if (before != null && before.number() == number && before.beat().equals(beat)) return;
    seen.put(task, new Seen(number, beat, nanos.getAsLong()));
  }

  /** Whether the owner of that life has let its lease run out: it has ended the life before. */
  synchronized boolean silent(LifeClaim claim) {
    Seen last = seen.get(claim.getTask());
    return last != null
        && last.number() == claim.getNumber()
        && nanos.getAsLong() - last.sinceNanos() >= claim.getLeaseMillis() * 1_000_000;
  }

  synchronized void forget(String task) {
    seen.remove(task);
  }
}
