package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.protocol.node.CheckpointRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints all tasks of this node that run, here or elsewhere, because of something that
 * concerns the node.
 */
final class Sweep {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final TaskRegistry registry;
  private final Schedules schedules;
  private final GroupSchedules groups;
  private final Checkpoints checkpoints;
  private final Predicate<String> livesAway;
  private final ExecutorService workers;

  Sweep(
      TaskRegistry registry,
      Schedules schedules,
      GroupSchedules groups,
      Checkpoints checkpoints,
      Predicate<String> livesAway,
      ExecutorService workers) {
    this.registry = registry;
    this.schedules = schedules;
    this.groups = groups;
    this.checkpoints = checkpoints;
    this.livesAway = livesAway;
    this.workers = workers;
  }

  /** All of them, and waits for it within limits. */
  void all(String why) {
    run(why, task -> true);
  }

  /** Only those that are checkpointed periodically: of others the images would pile up. */
  void scheduled(String why) {
    run(why, task -> schedules.of(task.id()).isPresent() || groups.of(task).isPresent());
  }

  private void run(String why, Predicate<Task> which) {
    List<Callable<Boolean>> all = new ArrayList<>();
    Set<String> grouped = new HashSet<>();
    for (Task task : registry.tasks()) {
      if ((!task.runs() && !livesAway.test(task.id())) || !which.test(task)) continue;
      // Of one instant, or of no use.
      if (task.record().group().isEmpty()) all.add(() -> checkpoint(task));
      else if (grouped.add(GroupSchedules.key(task.record()))) all.add(() -> checkpointGroup(task));
    }
    if (all.isEmpty()) return;
    log.info("{} task(s) are checkpointed: {}", all.size(), why);
    try {
      int made = 0;
      for (var each : workers.invokeAll(all, LIMIT.toSeconds(), TimeUnit.SECONDS))
        if (!each.isCancelled() && each.get()) made++;
      log.info("{} of {} task(s) were checkpointed: {}", made, all.size(), why);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException defect) {
      log.error("a checkpoint failed", defect.getCause());
    }
  }

  private boolean checkpointGroup(Task task) {
    try {
      groups.now(task.record());
      return true;
    } catch (OperationException failed) {
      log.warn("group {} was not checkpointed: {}", task.record().group(), failed.getMessage());
      return false;
    }
  }

  private boolean checkpoint(Task task) {
    try {
      if (schedules.now(task.id())) return true;
      schedules.inTurn(
          () ->
              checkpoints.run(
                  CheckpointRequest.newBuilder()
                      .setTask(task.id())
                      .setThen(CheckpointRequest.Then.RUN_ON)
                      .build(),
                  Caller.onBehalfOf(task.record().uid()),
                  OperationListener.NONE));
      return true;
    } catch (OperationException failed) {
      log.warn("task {} was not checkpointed: {}", task.title(), failed.getMessage());
      return false;
    }
  }
}
