package io.sojourn.node.move;

import io.sojourn.checkpointer.StandingTask;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Phase;
import io.sojourn.engine.control.TaskScan;
import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
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
    Set<String> withDeputies = new HashSet<>();
    DeputyDirectory directory = new DeputyDirectory(settings.runDirectory());
    for (Deputy deputy : directory.find()) {
      withDeputies.add(deputy.name().task());
      if (CgroupFreeze.isIn(deputy.pid()))
        CgroupFreeze.of(deputy.pid()).ifPresent(CgroupFreeze::close);
      // The second is what a task has become that was frozen beside its deputy.
      if (directory.of(deputy.name().task()).size() > 1) ledger.forget(deputy.name().task());
      Optional<MoveRecord> record = ledger.read(deputy.name().task());
      if (record.isPresent()) one(deputy, record.get());
      else deputy.close();
    }
    for (ControlBlock left : new TaskScan(settings.runDirectory()).all())
      stranded(left, withDeputies.contains(left.id()));
  }

  /** A process that a move had dumped, and whose daemon died before it was certain what follows. */
  private void stranded(ControlBlock left, boolean hasDeputy) {
    // Where two nodes share a kernel, the task may be seen in its world on the other one.
    if (!NetworkNamespace.isOurs(left.pid())) return;
    Optional<MoveRecord> record = ledger.read(left.id());
    boolean frozen = CgroupFreeze.isIn(left.pid()), stopped = Proc.state(left.pid()) == 'T';
    // The VM of a process that somebody else has stopped is not in the agent's stop.
    if (record.isEmpty() && !frozen && !(stopped && left.phase() == Phase.STOPPED)) return;
    if (record.isPresent() && hasDeputy && !record.get().atHome()) {
      if (!stopped) return;
      // It lives elsewhere: what is here is what it was before.
      Proc.tree(left.pid()).forEach(each -> Signals.send(each, Signals.KILL));
      return;
    }
    if (!hasDeputy) ledger.forget(left.id());
    if (!stopped && !frozen) return;
    StandingTask.runsOn(
        left,
        () -> ConnectionLock.remove(ConnectionLock.tableOf(left.id())),
        () -> CgroupFreeze.of(left.pid()).ifPresent(CgroupFreeze::close));
    log.info("task {} was about to leave, and runs on", left.id());
  }

  private void one(Deputy deputy, MoveRecord record) {
    try {
      MovedTask task = new MovedTask(record.id(), record.name(), record.user(), deputy.pid());
      if (record.agentOptions() != null) task.agentOptions(record.agentOptions());
      place(task, deputy, record);
      log.info(
          "task {} ({}) is found again, {}",
          task.name(),
          task.id(),
          record.atHome() ? "at home" : "on node " + record.node());
    } catch (RuntimeException failed) {
      log.warn("task {} with a deputy cannot be taken up: {}", record.name(), "" + failed);
    }
  }

  private void place(MovedTask task, Deputy deputy, MoveRecord record) {
    // What its deputy says waits until it is known where it is to go.
    task.setsOut();
    try {
      new Deputies(settings, moves).attend(task, deputy);
      moves.knows(task);
      if (record.atHome()) atHome(task, record);
      else moves.isAwayStill(task, record);
    } finally {
      task.arrives();
    }
  }

  private void atHome(MovedTask task, MoveRecord record) {
    Revival here =
        Revival.found(
            Beside.notes(settings, task.id()),
            settings.runDirectory(),
            record.first(),
            record.livesHere());
    task.isHome(record.incarnation(), here);
    if (record.livesHere()) PipesAtHome.giveUp(task.deputy());
    moves.follow(task, here, record.incarnation());
  }
}
