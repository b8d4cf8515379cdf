package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.Clock;
import io.sojourn.protocol.image.File;
import java.util.List;
import java.util.Set;

/**
 * What was seen of a task.
 *
 * @param files without digests
 * @param monotonicNanos CLOCK_MONOTONIC of the stop
 * @param boottimeNanos CLOCK_BOOTTIME
 */
record Observation(TaskFacts facts, List<File> files, long monotonicNanos, long boottimeNanos) {

  static Observation of(ControlBlock task) {
    TaskFacts facts = TaskFacts.of(task.pid());
    return new Observation(facts, FileCensus.of(facts), task.stoppedNanos(), Clock.boottimeNanos());
  }

  /** Without files that are not there as these any more. */
  Observation within(Set<String> paths) {
    return new Observation(
        facts,
        files.stream().filter(file -> file.getDeleted() || paths.contains(file.getPath())).toList(),
        monotonicNanos,
        boottimeNanos);
  }

  /** The same things at the stop: only clocks, and files that are written, have moved. */
  Observation atStop(ControlBlock task) {
    return new Observation(
        facts, FileCensus.refreshed(files), task.stoppedNanos(), Clock.boottimeNanos());
  }
}
