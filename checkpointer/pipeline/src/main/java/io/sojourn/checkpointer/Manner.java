package io.sojourn.checkpointer;

/**
 * How an image is made.
 *
 * @param quiet the task's connections are kept still. A frozen task's must be; peers of one that
 *     runs on would wait for TCP to repeat itself, 0.2 s and more
 * @param overlapping CRIU sets out for the task while the VM is on its last steps to its safepoint.
 *     Where CRIU comes first, it lets go again
 * @param copying a copy of the task holds its memory, which is stored when the task runs on
 */
record Manner(boolean quiet, boolean overlapping, boolean copying) {
  /** With more, a safepoint takes long, and what is won is little beside what CRIU needs. */
  private static final int FEW_THREADS = 64;

  static Manner first(CheckpointOptions options, Company company, int threads, boolean copying) {
    // In company there is no second try for one of them.
    boolean overlapping = !options.crac() && company.alone() && threads <= FEW_THREADS;
    return new Manner(options.stop(), overlapping && !copying, copying);
  }

  Manner withConnectionsStill() {
    return new Manner(true, overlapping, copying);
  }

  Manner oneAfterTheOther() {
    return new Manner(quiet, false, copying);
  }

  Manner withoutCopy() {
    return new Manner(quiet, overlapping, false);
  }
}
