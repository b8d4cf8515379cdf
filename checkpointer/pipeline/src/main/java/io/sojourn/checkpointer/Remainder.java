package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stays of a task that is frozen: its deputy, which holds all that it had open; or else a lock
 * on its connections, so that peers hear nothing, and a process that holds its pipes.
 */
final class Remainder {
  private final CheckpointPipeline.Settings settings;
  private final ControlBlock task;
  private final List<Stream> streams;
  private final Seat seat;
  private @Nullable FrozenStreams holder;

  Remainder(
      CheckpointPipeline.Settings settings, ControlBlock task, List<Stream> streams, Seat seat) {
    this.settings = settings;
    this.task = task;
    this.streams = streams;
    this.seat = seat;
  }

  /** Before the image is stored; the task is held. */
  void hold(String imageName) {
    if (!seat.kept()) holdStreams(imageName);
  }

  /** The image is stored. */
  void held(Path image) {
    try {
      seat.held(task, image);
    } catch (IOException failed) {
      throw OperationException.failed(
          "the task cannot be kept standing: " + failed.getMessage(),
          "freeze it without a deputy: --no-deputy",
          failed);
    }
  }

  /** CRIU has let go. */
  void stays(String imageName, ConnectionLock lock, Report report) {
    if (!seat.kept()) return;
    try {
      report.phase("deputy", () -> seat.take(task));
      lock.lift();
    } catch (OperationException nobody) {
      report.warn(
          "no deputy keeps its place, so its process has ended and its peers are not answered: "
              + nobody.getMessage());
      holdStreams(imageName);
      seat.undone();
      Proc.tree(task.pid()).forEach(each -> Signals.send(each, Signals.KILL));
    }
  }

  private void holdStreams(String imageName) {
    FrozenStreams made = new FrozenStreams(settings.shim(), settings.runDirectory());
    holder = made;
    made.hold(task.pid(), streams, imageName);
  }

  /** The task runs on. */
  void undone() {
    if (holder != null) holder.release();
    seat.undone();
  }
}
