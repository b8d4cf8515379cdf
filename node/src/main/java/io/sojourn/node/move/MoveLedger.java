package io.sojourn.node.move;

import io.sojourn.engine.linux.Proc;
import io.sojourn.node.record.RecordFiles;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the tasks are that have deputies, a file each: {@code moves/ID.json} in the run directory,
 * which a reboot empties as it ends the deputies. What is written there decides which life counts.
 */
final class MoveLedger {
  private final RecordFiles<MoveRecord> files;

  MoveLedger(Path runDirectory) {
    this.files = new RecordFiles<>(runDirectory.resolve("moves"), MoveRecord.class);
  }

  void isAway(MovedTask task, String node) {
    write(MoveRecord.of(task, node, task.incarnation(), 0, 0));
  }

  /**
   * It stands still there, with all that it needs, and may begin; its old place stands still here,
   * and becomes its deputy, if it has none.
   */
  void begins(MovedTask task, String node) {
    write(MoveRecord.of(task, node, task.incarnation(), 0, 0).beginning(!task.hasDeputy()));
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
      throw new UncheckedIOException("it cannot be noted where the task is", full);
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
