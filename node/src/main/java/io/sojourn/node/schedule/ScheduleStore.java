package io.sojourn.node.schedule;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The schedules, a file each: {@code schedules/ID.json}. */
final class ScheduleStore {
  private static final Logger log = LoggerFactory.getLogger(ScheduleStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final Map<String, Schedule> schedules = new ConcurrentHashMap<>();

  private ScheduleStore(Path directory) {
    this.directory = directory;
  }

  /** Reads what is there; a file that cannot be read is passed over, and the log says so. */
  static ScheduleStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    ScheduleStore store = new ScheduleStore(directory);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) {
        try {
          Schedule schedule = JSON.readValue(file.toFile(), Schedule.class);
          store.schedules.put(schedule.task(), schedule);
        } catch (IOException damaged) {
          log.warn("{} was passed over: {}", file, damaged.getMessage());
        }
      }
    }
    return store;
  }

  List<Schedule> all() {
    return List.copyOf(schedules.values());
  }

  Optional<Schedule> get(String task) {
    return Optional.ofNullable(schedules.get(task));
  }

  synchronized void put(Schedule schedule) {
    Path file = file(schedule.task());
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(schedule));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
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
      Files.deleteIfExists(file(task));
    } catch (IOException kept) {
      throw new UncheckedIOException("a schedule could not be ended", kept);
    }
    return schedules.remove(task) != null;
  }

  private Path file(String task) {
    return directory.resolve(task + ".json");
  }
}
