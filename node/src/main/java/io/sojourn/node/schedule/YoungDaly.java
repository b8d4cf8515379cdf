package io.sojourn.node.schedule;

import java.util.Collections;
import java.util.List;

/**
 * The interval that loses least: with a checkpoint that costs C and a failure every M, work is lost
 * to checkpoints at the rate of C/T and to failures at T/2M, which together are least at T = √(2CM)
 * (Young, "A first order approximation to the optimum checkpoint interval", 1974; Daly 2006 takes C
 * off, which matters where it is not small beside M).
 */
final class YoungDaly {
  /** What is assumed before there is experience: a failure a day, seen once. */
  private static final long PRIOR_MILLIS = 86_400_000;

  /** Of a task that has not been checkpointed yet. */
  private static final long UNKNOWN_COST_MILLIS = 1_000;

  private static final long SHORTEST_MILLIS = 10_000, LONGEST_MILLIS = 6 * 3_600_000;

  private YoungDaly() {}

  /**
   * @param costs of the last checkpoints, in milliseconds, in any order
   * @param failures that were seen within the time observed
   * @return in milliseconds
   */
  static long interval(List<Long> costs, int failures, long observedMillis) {
    double cost = Math.max(1, median(costs));
    double between = (double) (PRIOR_MILLIS + Math.max(0, observedMillis)) / (failures + 1);
    double best = Math.sqrt(2 * cost * between) - cost;
    return Math.min(LONGEST_MILLIS, Math.max(SHORTEST_MILLIS, Math.round(best)));
  }

  private static long median(List<Long> costs) {
    if (costs.isEmpty()) return UNKNOWN_COST_MILLIS;
    List<Long> sorted = new java.util.ArrayList<>(costs);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
