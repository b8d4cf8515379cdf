package io.sojourn.restore.fuse;

import io.sojourn.protocol.files.Attributes;

/**
 * How long the kernel may believe an answer.
 *
 * @param fresh nothing was heard of since home looked
 * @param named home tells when the name is otherwise
 */
record Validity(boolean fresh, boolean named) {
  /** What home watches holds until it says otherwise. */
  private static final long WATCHED_SECONDS = 86_400;

  /** What it cannot watch must be asked for again, often enough that a change is seen in 100 ms. */
  private static final int UNWATCHED_NANOS = 50_000_000;

  long nameSeconds() {
    return fresh && named ? WATCHED_SECONDS : 0;
  }

  int nameNanos() {
    return fresh && !named ? UNWATCHED_NANOS : 0;
  }

  long seconds(Attributes attributes) {
    return fresh && attributes.getWatched() ? WATCHED_SECONDS : 0;
  }

  int nanos(Attributes attributes) {
    return fresh && !attributes.getWatched() ? UNWATCHED_NANOS : 0;
  }
}
