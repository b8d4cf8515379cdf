package io.sojourn.checkpointer;

import io.sojourn.engine.control.Collected;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Timing;

/**
 * The times of one stop. Taken as it goes and told afterwards: whoever listens would be served
 * while the task stands still.
 *
 * <p>How long the VM took to stand still is by its own clock. A restored task lives in a time
 * namespace, whose CLOCK_MONOTONIC is not ours: only differences taken on one side mean anything.
 */
final class Pause {
  private final ControlBlock task;
  private long askedNanos;
  private long stoppedNanos;
  private long heldNanos;
  private long releasedNanos;

  Pause(ControlBlock task) {
    this.task = task;
  }

  /** The VM is asked to stop. */
  void asked() {
    askedNanos = Clock.monotonicNanos();
  }

  /** It stands still, or is about to, and CRIU begins. */
  void stopped() {
    stoppedNanos = Clock.monotonicNanos();
  }

  /** Its memory is in the image. */
  void dumped() {
    heldNanos = Clock.monotonicNanos();
  }

  /** CRIU may let go of it. */
  void released() {
    releasedNanos = Clock.monotonicNanos();
  }

  /** Reports what came before the dump. */
  void reportStop(Report report, boolean callbacks) {
    report.finished(beforeStop(callbacks), guardMillis());
    report.finished(
        switch (task.collected()) {
          case NONE -> "stop";
          case FULL -> "collect and stop";
          case OWN -> "stop at a collection";
        },
        stopMillis());
    report.finished("dump", dumpMillis());
  }

  private String beforeStop(boolean callbacks) {
    if (callbacks) return "callbacks and guards";
    return task.collected() == Collected.OWN ? "wait for a collection" : "wait for guards";
  }

  /** Reports what came after it. */
  void reportRelease(Report report) {
    report.finished("release", (Clock.monotonicNanos() - releasedNanos) / 1e6);
  }

  /** For the manifest. */
  Timing timing(boolean runsOn) {
    return Timing.newBuilder()
        .setGuardMillis(guardMillis())
        .setCollectMillis(stopMillis())
        .setDumpMillis(dumpMillis())
        .setPauseMillis(millis(runsOn))
        .build();
  }

  /**
   * From the moment the VM was asked to stand still; for a task that does not run on, until its
   * memory was in the image.
   */
  double millis(boolean runsOn) {
    if (runsOn && task.resumedNanos() > task.stoppedNanos())
      return (task.resumedNanos() - task.askedNanos()) / 1e6;
    return stopMillis() + dumpMillis();
  }

  private double stopMillis() {
    return (task.stoppedNanos() - task.askedNanos()) / 1e6;
  }

  private double guardMillis() {
    return Math.max(0, (stoppedNanos - askedNanos) / 1e6 - stopMillis());
  }

  private double dumpMillis() {
    return (heldNanos - stoppedNanos) / 1e6;
  }
}
