package io.sojourn.checkpointer.files;

import io.sojourn.engine.files.Statx;

/**
 * What tells a file that was written to from one that was not.
 *
 * @param takenNanos when, by the wall clock
 */
record Stamp(long inode, long size, Statx.Time modified, Statx.Time changed, long takenNanos) {
  /**
   * File systems take their time from the kernel's tick, which is at most 10 ms long: what was
   * written just before may be written to again without a trace.
   */
  private static final long TICKS_NANOS = 50_000_000;

  static Stamp of(Statx status) {
    return new Stamp(
        status.inode(),
        status.size(),
        status.modified(),
        status.changed(),
        System.currentTimeMillis() * 1_000_000);
  }

  /** Whether a file that has this stamp now cannot have been written to since the other. */
  boolean unchangedSince(Stamp then) {
    return inode == then.inode
        && size == then.size
        && modified.equals(then.modified)
        && changed.equals(then.changed)
        && then.takenNanos - nanos(then.changed) > TICKS_NANOS;
  }

  static long nanos(Statx.Time time) {
    return time.seconds() * 1_000_000_000 + time.nanos();
  }
}
