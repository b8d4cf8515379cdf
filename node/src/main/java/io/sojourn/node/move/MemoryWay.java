package io.sojourn.node.move;

import io.sojourn.engine.linux.Proc;

/** How the memory of a task that leaves gets to where it goes. */
enum MemoryWay {
  /** In its image. */
  IMAGE,

  /**
   * Out of its old place, while it is restored there. It does not run before all of it is there.
   */
  AHEAD,

  /** Out of its old place, when it runs there. */
  FOLLOWS;

  /** Of a task with less, a dump and the way to another node take hardly longer with its memory. */
  private static final long WORTH_IT = 64 << 20;

  /**
   * @param pid the task's first process
   */
  static MemoryWay of(MoveOptions options, int pid) {
    if (options.lazy()) return FOLLOWS;
    return Proc.tree(pid).stream().mapToLong(Proc::privateBytes).sum() < WORTH_IT ? IMAGE : AHEAD;
  }

  /** Whether it stays in the old place until it was fetched from there. */
  boolean held() {
    return this != IMAGE;
  }
}
