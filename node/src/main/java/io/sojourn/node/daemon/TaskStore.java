package io.sojourn.node.daemon;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The known tasks, a file each: {@code tasks/ID.json}. */
final class TaskStore {
  private static final Logger log = LoggerFactory.getLogger(TaskStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final Map<String, TaskRecord> records = new ConcurrentHashMap<>();

  private TaskStore(Path directory) {
    this.directory = directory;
  }

  /** Reads what is there; a file that cannot be read is passed over, and the log says so. */
  static TaskStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    TaskStore store = new TaskStore(directory);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) {
        try {
          TaskRecord record = JSON.readValue(file.toFile(), TaskRecord.class);
          store.records.put(record.id(), record);
        } catch (IOException damaged) {
          log.warn("{} was passed over: {}", file, damaged.getMessage());
        }
      }
    }
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
    Path file = file(record.id());
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(record));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException full) {
      throw new UncheckedIOException("task " + record.name() + " could not be noted", full);
    }
  }

  synchronized void remove(String id) {
    records.remove(id);
    try {
      Files.deleteIfExists(file(id));
    } catch (IOException kept) {
      // It is forgotten again at the next start.
    }
  }

  private Path file(String id) {
    return directory.resolve(id + ".json");
  }
}
