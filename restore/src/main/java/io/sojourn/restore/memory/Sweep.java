package io.sojourn.restore.memory;

import org.jspecify.annotations.Nullable;

/**
 * In which order one fetches what nobody has touched yet: on from where the task has touched
 * something last, to the highest address and around from the lowest. What a program does next is
 * near what it does now, and a collector goes through a heap in one direction.
 */
final class Sweep {
  private final int process;
  private final Missing missing;
  private long cursor;

  Sweep(int process, Missing missing) {
    this.process = process;
    this.missing = missing;
  }

  /** The task has touched something there, which is asked for already. */
  void goOnFrom(long address) {
    cursor = address;
  }

  /** What is to be asked for next; null where all is on its way. */
  Missing.@Nullable Range next(Asked asked) {
    for (boolean around = false; ; ) {
      Missing.Range range = missing.from(cursor);
      if (range == null) {
        if (around) return null;
        around = true;
        cursor = 0;
        continue;
      }
      long onItsWay = asked.end(process, range.source()) - range.source();
      cursor = range.start() + Math.min(range.length(), onItsWay);
      if (onItsWay <= 0) return range;
    }
  }
}
