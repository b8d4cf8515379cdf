package io.sojourn.restore.fuse;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Arrays for what the task writes, used again and again. Such an array lives until home has
 * answered: with a new one for each write, each collection would move those that are under way, and
 * they would fill the old generation.
 */
final class ContentArrays {
  /** What one request of the kernel's writes at most. */
  static final int SIZE = 1 << 20;

  /** As many as writes are under way behind the caller's back, and some more. */
  private static final int KEPT = 20;

  private final Deque<byte[]> free = new ArrayDeque<>();

  /** One request's, until it is given back; one that never is goes with its last user. */
  final class Lent {
    private final byte[] bytes;
    private boolean givenBack;

    private Lent(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }

    /** Nobody looks into it any more. */
    void giveBack() {
      synchronized (free) {
        if (givenBack) return;
        givenBack = true;
        if (free.size() < KEPT) free.push(bytes);
      }
    }
  }

  Lent take() {
    synchronized (free) {
      byte[] last = free.poll();
      return new Lent(last == null ? new byte[SIZE] : last);
    }
  }
}
