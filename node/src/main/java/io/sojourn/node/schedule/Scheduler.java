package io.sojourn.node.schedule;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints tasks when they are due. What was missed while the node slept or the daemon was gone
 * is made up for once. As many are made at once as there are threads; others wait for their turn.
 * No lock is held while others work: they may be waiting for one of theirs to tell of a new task.
 */
public final class Scheduler implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

  /** Looked at again after that long: the clock may be set, and the machine may have slept. */
  private static final long LOOK_MILLIS = 30_000;

  /** After a refusal, because the task was busy. */
  private static final long AGAIN_MILLIS = 2_000;

  /** Share of the interval, so that tasks of one start do not stay in step. */
  private static final double JITTER = 0.05;

  private final ScheduleStore store;
  private final Work work;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor threads;
  private final Map<String, Future<?>> next = new ConcurrentHashMap<>();

  /**
   * @param directory for the schedules' files
   * @param atOnce how many checkpoints at most
   */
  public static Scheduler open(Path directory, Work work, Clock clock, int atOnce)
      throws IOException {
    Scheduler scheduler = new Scheduler(ScheduleStore.open(directory), work, clock, atOnce);
    scheduler.store.all().forEach(scheduler::plan);
    return scheduler;
  }

  private Scheduler(ScheduleStore store, Work work, Clock clock, int atOnce) {
    this.store = store;
    this.work = work;
    this.clock = clock;
    this.threads =
        new ScheduledThreadPoolExecutor(
            atOnce,
            task -> {
              Thread thread = new Thread(task, "schedule");
              thread.setDaemon(true);
              return thread;
            });
    threads.setRemoveOnCancelPolicy(true);
  }

  /** Begins one, or gives the one that there is another rhythm. */
  public void begin(Schedule schedule) {
    plan(store.begin(schedule));
  }

  /** An image was made, which the schedule counts among its own. */
  public void made(String task, Work.Made made) {
    store
        .change(task, schedule -> schedule.made(made.directory(), made.costMillis(), now()))
        .map(this::tidy)
        .ifPresent(this::plan);
  }

  /**
   * Makes one at once, on the calling thread; false where the task has no schedule.
   *
   * @throws OperationException it was refused, or failed
   */
  public boolean now(String task) {
    Optional<Schedule> schedule = store.get(task);
    if (schedule.isEmpty()) return false;
    made(task, work.checkpoint(schedule.get()));
    return true;
  }

  /** A task was restored from a checkpoint: it had failed. */
  public void revived(String task) {
    store.change(task, Schedule::revived);
  }

  /** False where there was none. */
  public synchronized boolean end(String task) {
    Future<?> planned = next.remove(task);
    if (planned != null) planned.cancel(false);
    return store.remove(task);
  }

  public Optional<Schedule> of(String task) {
    return store.get(task);
  }

  private void plan(Schedule schedule) {
    long now = now();
    long until = schedule.dueEpochMillis(now) - now;
    long jitter = (long) (schedule.intervalMillis(now) * JITTER);
    plan(
        schedule.task(),
        Math.max(0, until) + (jitter > 0 ? ThreadLocalRandom.current().nextLong(jitter) : 0));
  }

  private synchronized void plan(String task, long millis) {
    if (threads.isShutdown()) return;
    Future<?> before =
        next.put(
            task,
            threads.schedule(
                () -> look(task), Math.min(millis, LOOK_MILLIS), TimeUnit.MILLISECONDS));
    if (before != null) before.cancel(false);
  }

  private void look(String task) {
    Optional<Schedule> found = store.get(task);
    if (found.isEmpty()) return;
    Schedule schedule = found.get();
    try {
      long until = schedule.dueEpochMillis(now()) - now();
      if (until > 0) plan(task, until);
      else
        switch (work.condition(task)) {
          case RUNS -> checkpoint(schedule);
          case WAITS -> plan(task, AGAIN_MILLIS);
          case GONE -> end(task);
        }
    } catch (RuntimeException defect) {
      log.error("periodic checkpoints of task {} go on after a defect", task, defect);
      plan(task, LOOK_MILLIS);
    }
  }

  private void checkpoint(Schedule schedule) {
    try {
      made(schedule.task(), work.checkpoint(schedule));
    } catch (OperationException failure) {
      if (work.condition(schedule.task()) != Work.Condition.RUNS) {
        // It was frozen, or ended, between the look and the attempt.
        plan(schedule.task(), AGAIN_MILLIS);
        return;
      }
      log.warn("the checkpoint of task {} failed: {}", schedule.task(), failure.getMessage());
      store
          .change(
              schedule.task(), before -> before.failed(String.valueOf(failure.getMessage()), now()))
          .ifPresent(this::plan);
    }
  }

  /** Removes what is no longer kept, only after a newer one is whole. */
  private Schedule tidy(Schedule schedule) {
    List<String> removed = new ArrayList<>();
    for (String image : schedule.surplus(work::madeEpochMillis)) {
      try {
        work.remove(image);
        removed.add(image);
      } catch (OperationException inUse) {
        log.info("{} stays for now: {}", image, inUse.getMessage());
      }
    }
    return removed.isEmpty()
        ? schedule
        : store.change(schedule.task(), now -> now.without(removed)).orElse(schedule);
  }

  private long now() {
    return clock.millis();
  }

  /** Begins no more; one that is being made comes to its end. */
  @Override
  public void close() throws InterruptedException {
    threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    threads.shutdown();
    threads.awaitTermination(5, TimeUnit.SECONDS);
  }
}
