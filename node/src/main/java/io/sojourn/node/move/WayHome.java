package io.sojourn.node.move;

import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.home.files.LocksAside;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.TakenInput;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's way home: its image comes back, and its connections become the kernel's again. Until it
 * runs here it stands still there, and whatever fails, it runs on there.
 */
final class WayHome {
  private static final Logger log = LoggerFactory.getLogger(WayHome.class);

  private final Moves.Settings settings;
  private final Moves moves;
  private final Report report;
  private final MoveOptions options;

  WayHome(Moves.Settings settings, Moves moves, Report report, MoveOptions options) {
    this.settings = settings;
    this.moves = moves;
    this.report = report;
    this.options = options;
  }

  Moves.Moved go(MovedTask task, int incarnation) {
    task.setsOut();
    MovedTask.Away away = Objects.requireNonNull(task.away());
    Word word = new Word(settings, away.node(), Face.life(task));
    ConnectionLock lock = new ConnectionLock(task.id());
    boolean home = false;
    try {
      Moves.Moved moved = Step.of("the way home", () -> comeHome(task, away, lock, incarnation));
      home = true;
      return moved;
    } finally {
      lock.lift();
      if (!home) HomeSide.askPeers(away);
      task.arrives();
      if (home) word.leave();
      else {
        word.stay();
        Images.sweep(settings.memory(), task.id());
      }
    }
  }

  private Moves.Moved comeHome(
      MovedTask task, MovedTask.Away away, ConnectionLock lock, int incarnation)
      throws IOException {
    report.phase("let arrive", () -> Step.of("the way home", () -> LastArrivals.letIn(away, lock)));
    // What the peers send from now on would not be in the image.
    lock.cover(HomeSide.sockets(away));
    Gone whole = new Gone(report.phase("dump and ship", () -> depart(task, away)));
    DepartResponse gone = whole.rest();
    long told = System.nanoTime();
    @Nullable HomeSide streams = null;
    Optional<LocksAside> locks = Optional.empty();
    try {
      Path image = Images.emptyDirectory(settings.memory(), task.id()).resolve("image");
      Files.move(Images.arrived(settings.memory(), gone.getDirectory()), image);
      lock.cover(ImageSocket.speakingWhenRestored(image));
      HomeSide apart = HomeSide.takeApart(away, whole.take());
      // The task may have made connections after the first look.
      lock.cover(HomeSide.sockets(away));
      streams = apart;
      apart.into(image);
      apart.close();
      locks = moves.letGoOfLocks(task);
      if (locks.isPresent()) locks.get().into(image);
      Revival here = report.phase("restore", () -> restore(image, task, gone));
      run(task, away, apart, here, lock, incarnation, gone.getLastSignal());
      return new Moves.Moved(incarnation, gone.getPauseMillis() + (System.nanoTime() - told) / 1e6);
    } catch (IOException | RuntimeException failed) {
      locks.ifPresent(LocksAside::takeAgain);
      if (streams != null) streams.joinAgain();
      throw runsOnThere(away, failed);
    } finally {
      Images.discard(settings.memory(), task.id(), gone.getDirectory());
    }
  }

  private DepartResponse depart(MovedTask task, MovedTask.Away away) {
    try {
      return Dump.begin(settings, task, away.node(), CheckpointOptions.FREEZE);
    } catch (OperationException failed) {
      throw runsOnThere(away, failed);
    }
  }

  private Revival restore(Path image, MovedTask task, DepartResponse gone) {
    Map<String, String> names =
        gone.getTakenList().stream()
            .collect(Collectors.toMap(TakenInput::getSocket, TakenInput::getAtHome));
    return Step.of(
        "the restore",
        () -> {
          long bytes = ImageDirectory.open(image).bytes();
          // Where home has not heard of a connection, it has ended.
          return new Beside(settings)
              .restore(image, task, key -> names.getOrDefault(key, ""), options.limitFor(bytes));
        });
  }

  private void run(
      MovedTask task,
      MovedTask.Away away,
      HomeSide streams,
      Revival here,
      ConnectionLock lock,
      int incarnation,
      long last)
      throws IOException {
    try {
      streams.putBack();
      moves.ledger().comesHome(task, away.node(), incarnation, here);
      report.phase("resume", () -> here.run(incarnation));
    } catch (IOException | RuntimeException failed) {
      here.end();
      moves.ledger().isAway(task, away.node());
      throw failed;
    }
    // The peers wait for it.
    lock.lift();
    Step.afterwards("to give up unix connections", () -> UnixAtHome.giveUp(task.deputy()));
    Step.afterwards("to deliver what had come", streams::deliver);
    task.face().hadUpTo(last);
    task.isHome(incarnation, here);
    Step.afterwards("to note it", () -> moves.ledger().isHome(task, here));
    Step.afterwards("to call it back", () -> moves.callBack(task));
    Step.afterwards("to give up pipes", () -> PipesAtHome.giveUp(task.deputy()));
    moves.follow(task, here, incarnation);
    log.info("task {} ({}) is home again", task.name(), task.id());
  }

  private static OperationException runsOnThere(MovedTask.Away away, Exception cause) {
    String mend =
        cause instanceof OperationException known ? known.mend() : "see the daemons' logs";
    return OperationException.failed(
        cause.getMessage() + "; the task runs on there, on node " + away.node(), mend, cause);
  }
}
