package io.sojourn.node.move;

import io.sojourn.engine.linux.Proc;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes up the tasks that an earlier daemon has left with deputies. */
final class FoundAgain {
  private static final Logger log = LoggerFactory.getLogger(FoundAgain.class);

  private final Moves.Settings settings;
  private final Moves moves;
  private final MoveLedger ledger;

  FoundAgain(Moves.Settings settings, Moves moves, MoveLedger ledger) {
    this.settings = settings;
    this.moves = moves;
    this.ledger = ledger;
  }

  void all() throws IOException {
    for (Deputy deputy : new DeputyDirectory(settings.runDirectory()).find()) {
      Optional<MoveRecord> record = ledger.read(deputy.name().task());
      if (record.isPresent()) one(deputy, record.get());
      else deputy.close();
    }
  }

  private void one(Deputy deputy, MoveRecord record) {
    try {
      MovedTask task = new MovedTask(record.id(), record.name(), record.user());
      new Deputies(settings, moves).attend(task, deputy);
      moves.knows(task);
      if (record.atHome()) atHome(task, record);
      else moves.isAwayStill(task, record);
      log.info(
          "task {} ({}) is found again, {}",
          task.name(),
          task.id(),
          record.atHome() ? "at home" : "on node " + record.node());
    } catch (RuntimeException failed) {
      log.warn("task {} with a deputy cannot be taken up: {}", record.name(), "" + failed);
    }
  }

  private void atHome(MovedTask task, MoveRecord record) {
    Revival here =
        Revival.found(
            Beside.notes(settings, task.id()),
            settings.runDirectory(),
            record.first(),
            Proc.startTicks(record.first()) == record.firstTicks());
    task.isHome(record.incarnation(), here);
    moves.follow(task, here, record.incarnation());
  }
}
