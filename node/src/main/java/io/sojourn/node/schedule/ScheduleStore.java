package io.sojourn.node.schedule;

import io.sojourn.node.record.RecordFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The schedules, a file each: {@code schedules/ID.json}. */
final class ScheduleStore {
  private final RecordFiles<Schedule> files;
  private final Map<String, Schedule> schedules = new ConcurrentHashMap<>();

  private ScheduleStore(RecordFiles<Schedule> files) {
    this.files = files;
  }

  static ScheduleStore open(Path directory) throws IOException {
    ScheduleStore store = new ScheduleStore(new RecordFiles<>(directory, Schedule.class));
    for (Schedule schedule : store.files.all()) store.schedules.put(schedule.task(), schedule);
    return store;
  }

  List<Schedule> all() {
    return List.copyOf(schedules.values());
  }

  Optional<Schedule> get(String task) {
    return Optional.ofNullable(schedules.get(task));
  }

  synchronized void put(Schedule schedule) {
    try {
      files.write(schedule.task(), schedule);
      schedules.put(schedule.task(), schedule);
    } catch (IOException full) {
      throw new UncheckedIOException("a schedule could not be noted", full);
    }
  }

  /** Keeps a new one, or gives the one that there is another rhythm. */
  synchronized Schedule begin(Schedule wanted) {
    Schedule begun = get(wanted.task()).map(before -> before.changed(wanted)).orElse(wanted);
    put(begun);
    return begun;
  }

  /** Changes it, where there still is one. */
  synchronized Optional<Schedule> change(String task, UnaryOperator<Schedule> change) {
    Optional<Schedule> changed = get(task).map(change);
    changed.ifPresent(this::put);
    return changed;
  }

  synchronized boolean remove(String task) {
    try {
      files.remove(task);
    } catch (IOException kept) {
      throw new UncheckedIOException("a schedule could not be ended", kept);
    }
    return schedules.remove(task) != null;
  }
}
