package io.sojourn.node.daemon;

import io.sojourn.node.record.RecordFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The known tasks, a file each: {@code tasks/ID.json}. */
final class TaskStore {
  private final RecordFiles<TaskRecord> files;
  private final Map<String, TaskRecord> records = new ConcurrentHashMap<>();

  private TaskStore(RecordFiles<TaskRecord> files) {
    this.files = files;
  }

  static TaskStore open(Path directory) throws IOException {
    TaskStore store = new TaskStore(new RecordFiles<>(directory, TaskRecord.class));
    for (TaskRecord record : store.files.all()) store.records.put(record.id(), record);
    return store;
  }

  Collection<TaskRecord> all() {
    return List.copyOf(records.values());
  }

  Optional<TaskRecord> get(String id) {
    return Optional.ofNullable(records.get(id));
  }

  /** Keeps it, in memory and on disk; writes nothing where nothing has changed. */
  synchronized void put(TaskRecord record) {
    if (record.equals(records.put(record.id(), record))) return;
    try {
      files.write(record.id(), record);
    } catch (IOException full) {
      throw new UncheckedIOException("task " + record.name() + " could not be noted", full);
    }
  }

  synchronized void remove(String id) {
    records.remove(id);
    try {
      files.remove(id);
    } catch (IOException kept) {
      // It is forgotten again at the next start.
    }
  }
}
