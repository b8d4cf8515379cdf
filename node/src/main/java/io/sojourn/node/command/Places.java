package io.sojourn.node.command;

import java.util.HashMap;
import java.util.Map;

/**
 * How many command lines may run at once. Who finds no place is not refused, but starts a JVM of
 * its own.
 */
final class Places {
  private final int all;
  private final int each;
  private final Map<Integer, Integer> taken = new HashMap<>();
  private int sum;

  /**
   * @param each of one user
   */
  Places(int all, int each) {
    this.all = all;
    this.each = each;
  }

  synchronized boolean take(int uid) {
    int his = taken.getOrDefault(uid, 0);
    if (sum == all || his == each) return false;
    taken.put(uid, his + 1);
    sum++;
    return true;
  }

  synchronized void give(int uid) {
    if (taken.merge(uid, -1, Integer::sum) == 0) taken.remove(uid);
    sum--;
    notifyAll();
  }

  /** Waits until nobody has one, or no longer. */
  synchronized boolean awaitEmpty(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (sum > 0) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) return false;
      wait(left);
    }
    return true;
  }
}
