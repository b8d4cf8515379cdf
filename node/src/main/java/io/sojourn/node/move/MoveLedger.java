package io.sojourn.node.move;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sojourn.engine.linux.Proc;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the tasks are that have deputies, a file each: {@code moves/ID.json} in the run directory,
 * which a reboot empties as it ends the deputies. What is written there decides which life counts.
 */
final class MoveLedger {
  private static final Logger log = LoggerFactory.getLogger(MoveLedger.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  MoveLedger(Path runDirectory) {
    this.directory = runDirectory.resolve("moves");
  }

  void isAway(MovedTask task, String node) {
    write(MoveRecord.of(task, node, task.incarnation(), 0, 0));
  }

  /** It is restored at home, stands still, and will be let run: or not, if we die here. */
  void comesHome(MovedTask task, String node, int incarnation, Revival here) {
    int first = here.first();
    write(MoveRecord.of(task, node, incarnation, first, Proc.startTicks(first)));
  }

  void isHome(MovedTask task, Revival here) {
    int first = here.first();
    write(MoveRecord.of(task, "", task.incarnation(), first, Proc.startTicks(first)));
  }

  private void write(MoveRecord record) {
    Path file = file(record.id()), draft = directory.resolve(record.id() + ".tmp");
    try {
      Files.createDirectories(directory);
      Files.write(draft, JSON.writeValueAsBytes(record));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException full) {
      throw new UncheckedIOException("it cannot be noted where the task is", full);
    }
  }

  Optional<MoveRecord> read(String task) {
    try {
      return Files.exists(file(task))
          ? Optional.of(JSON.readValue(file(task).toFile(), MoveRecord.class))
          : Optional.empty();
    } catch (IOException damaged) {
      log.warn("{} was passed over: {}", file(task), damaged.getMessage());
      return Optional.empty();
    }
  }

  void forget(String task) {
    try {
      Files.deleteIfExists(file(task));
    } catch (IOException kept) {
      // Without its deputy it means nothing.
    }
  }

  private Path file(String task) {
    return directory.resolve(task + ".json");
  }
}
