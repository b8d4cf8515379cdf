package io.sojourn.node.move;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.record.RecordFiles;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the tasks are that have deputies, a file each: {@code moves/ID.json} in the run directory,
 * which a reboot empties as it ends the deputies. What is written there decides which life counts.
 */
final class MoveLedger {
  private final Path directory;
  private final RecordFiles<MoveRecord> files;

  MoveLedger(Path runDirectory) {
    directory = runDirectory.resolve("moves");
    files = new RecordFiles<>(directory, MoveRecord.class);
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
    try {
      files.write(record.id(), record);
    } catch (IOException full) {
      throw OperationException.failed(
          "it cannot be noted where the task is: " + full,
          "see whether " + directory + " can be written to",
          full);
    }
  }

  Optional<MoveRecord> read(String task) {
    return files.read(task);
  }

  void forget(String task) {
    try {
      files.remove(task);
    } catch (IOException kept) {
      // Without its deputy it means nothing.
    }
  }
}
