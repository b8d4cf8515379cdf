package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.Clock;
import io.sojourn.protocol.image.File;
import io.sojourn.protocol.image.SocketSetting;
import java.util.List;
import java.util.Map;

/**
 * What was seen of a task.
 *
 * @param files without digests
 * @param settings of sockets, by inode
 * @param monotonicNanos CLOCK_MONOTONIC of the stop
 * @param boottimeNanos CLOCK_BOOTTIME
 */
record Observation(
    TaskFacts facts,
    List<File> files,
    Map<Long, List<SocketSetting>> settings,
    long monotonicNanos,
    long boottimeNanos) {

  static Observation of(ControlBlock task) {
    TaskFacts facts = TaskFacts.of(task.pid());
    return of(facts, FileCensus.of(facts), task);
  }

  /** The same things at the stop: only clocks, and files that are written, have moved. */
  Observation atStop(ControlBlock task) {
    return new Observation(
        facts, FileCensus.refreshed(files), settings, task.stoppedNanos(), Clock.boottimeNanos());
  }

  /** Files are where they are. */
  static Observation withoutFiles(ControlBlock task) {
    return of(TaskFacts.of(task.pid()), List.of(), task);
  }

  private static Observation of(TaskFacts facts, List<File> files, ControlBlock task) {
    return new Observation(
        facts, files, SocketCensus.of(facts), task.stoppedNanos(), Clock.boottimeNanos());
  }
}
