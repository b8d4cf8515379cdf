package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.Clock;
import io.sojourn.protocol.image.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What was seen of a task while it stood still, read beside the dump so that the pause does not
 * grow.
 *
 * @param files without digests
 * @param monotonicNanos CLOCK_MONOTONIC of the stop, as the task saw it
 * @param boottimeNanos CLOCK_BOOTTIME of the stop
 */
record Observation(TaskFacts facts, List<File> files, long monotonicNanos, long boottimeNanos) {

  /** Copies what the image carries, too. */
  static Observation of(ControlBlock task, Path draft) {
    long monotonicNanos = task.stoppedNanos(), boottimeNanos = Clock.boottimeNanos();
    TaskFacts facts = TaskFacts.of(task.pid());
    try {
      CarriedFiles.copy(facts, draft);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Observation(facts, FileCensus.of(facts), monotonicNanos, boottimeNanos);
  }
}
