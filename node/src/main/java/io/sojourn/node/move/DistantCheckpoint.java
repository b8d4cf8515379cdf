package io.sojourn.node.move;

import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.checkpointer.DistantImage;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.move.DepartResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * An image of a task that is away, and lives on there. It is dumped as if it came home; when home
 * has what belongs to that moment, its connections' state and its files, it runs on where it was.
 */
final class DistantCheckpoint {
  private final Moves.Settings settings;
  private final Moves moves;
  private final Report report;

  DistantCheckpoint(Moves.Settings settings, Moves moves, Report report) {
    this.settings = settings;
    this.moves = moves;
    this.report = report;
  }

  /**
   * @param target the image's directory, which must not exist
   */
  CheckpointResult make(MovedTask task, Path target, CheckpointOptions options) {
    try (DistantImage image = settings.departures().get().distant(target, options, task.user())) {
      Moment moment = null;
      try {
        if (options.files().remember())
          report.phase("copy files", () -> image.early(moves.openFiles(task)));
        moment = moment(task, image, options);
        Path dump = moment.dump();
        double pause = moment.pauseMillis() + (System.nanoTime() - moment.toldNanos()) / 1e6;
        ImageDirectory stored = report.phase("store", () -> image.store(dump, pause));
        return new CheckpointResult(stored, pause);
      } finally {
        Images.discard(settings.memory(), task.id(), moment == null ? "" : moment.arrived());
      }
    }
  }

  /**
   * What was taken while the task stood still.
   *
   * @param arrived where its dump arrived
   * @param pauseMillis for how long it had stood still when that was told
   * @param toldNanos when that was
   */
  private record Moment(Path dump, String arrived, double pauseMillis, long toldNanos) {}

  private Moment moment(MovedTask task, DistantImage image, CheckpointOptions options) {
    task.setsOut();
    MovedTask.Away away = Objects.requireNonNull(task.away());
    ConnectionLock lock = new ConnectionLock(task.id());
    try {
      return Step.of("the checkpoint", () -> take(task, away, lock, image, options));
    } finally {
      lock.lift();
      HomeSide.askPeers(away);
      task.arrives();
      new Word(settings, away.node(), Face.life(task)).stay();
      Images.sweep(settings.memory(), task.id());
    }
  }

  private Moment take(
      MovedTask task,
      MovedTask.Away away,
      ConnectionLock lock,
      DistantImage image,
      CheckpointOptions options)
      throws IOException {
    // What the peers send from now on would not be in the image.
    lock.cover(HomeSide.sockets(away));
    DepartResponse gone =
        report.phase("dump and ship", () -> Dump.begin(settings, task, away.node(), options));
    long told = System.nanoTime();
    Path dump = Images.emptyDirectory(settings.memory(), task.id()).resolve("image");
    Files.move(Images.arrived(settings.memory(), gone.getDirectory()), dump);
    lock.cover(ImageSocket.speakingWhenRestored(dump));
    HomeSide apart = HomeSide.takeApart(away, gone);
    try {
      // The task may have made connections after the first look.
      lock.cover(HomeSide.sockets(away));
      apart.into(dump);
      moves.noteLocks(task, dump);
      report.phase("take files", () -> image.hold(dump, moves.openFiles(task)));
    } finally {
      apart.joinAgain();
    }
    return new Moment(dump, gone.getDirectory(), gone.getPauseMillis(), told);
  }
}
