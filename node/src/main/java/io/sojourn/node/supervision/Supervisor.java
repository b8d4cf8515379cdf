package io.sojourn.node.supervision;

import io.sojourn.engine.linux.WaitStatus;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts tasks that fail. All that is decided is decided on one thread, from how a task is then;
 * so whatever happens in between, what is done follows from what is. Restarts are made on others.
 */
public final class Supervisor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

  /** Where a process is gone and the daemon's own parts have not heard of that yet. */
  private static final long SOON_MILLIS = 50;

  /** Where nobody could say whether a task may be restarted here. */
  private static final long NOT_YET_MILLIS = 2_000;

  private static final String UNSEEN = "nobody saw how";
  private static final String LOST = "lost: the node where it was does not have it any more";

  private final SupervisedStore store;
  private final Care care;
  private final Clock clock;
  private final ExecutorService workers;
  private final LifeWatch watch = new LifeWatch();
  private final ScheduledThreadPoolExecutor decisions =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "supervision");
            thread.setDaemon(true);
            return thread;
          });

  /** Whose restart is planned or being made. Of the deciding thread alone. */
  private final Set<String> trying = new HashSet<>();

  private Supervisor(SupervisedStore store, Care care, Clock clock, ExecutorService workers) {
    this.store = store;
    this.care = care;
    this.clock = clock;
    this.workers = workers;
    decisions.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * @param directory for the files
   * @param workers restart tasks
   */
  public static Supervisor open(Path directory, Care care, Clock clock, ExecutorService workers)
      throws IOException {
    return new Supervisor(SupervisedStore.open(directory), care, clock, workers);
  }

  /** Goes on where an earlier daemon has ended: also with what failed while there was none. */
  public void begin() {
    store.all().forEach(one -> look(one.task()));
  }

  /** Begins the supervision of a task, or changes its policy. */
  public void begin(String task, RestartPolicy policy, int uid) {
    store.begin(Supervised.begin(task, policy, uid));
    look(task);
  }

  /** Leaves a task alone from now on; false where it was not supervised. */
  public boolean end(String task) {
    boolean was = store.remove(task);
    if (was) care.left(task);
    look(task);
    return was;
  }

  /** All that are supervised. */
  public List<Supervised> all() {
    return store.all();
  }

  /** A task that another node had is this node's, and is to live here. */
  public void adopt(String task, RestartPolicy policy, int uid, String why) {
    long now = clock.millis();
    store.replace(Supervised.begin(task, policy, uid).restarts(why, now, ""));
    look(task);
  }

  /** A task that another node had is this node's, and somebody is about to make it live here. */
  public void expect(String task, RestartPolicy policy, int uid) {
    store.replace(
        Supervised.begin(task, policy, uid).unable("", "it was not restored here after all"));
    look(task);
  }

  /** A life has begun: also one that ends before anybody has looked at it is to be judged. */
  public void begun(String task, Incarnation life) {
    soon(
        0,
        () -> {
          change(task, one -> one.lives(life));
          lookNow(task);
        });
  }

  /** Another node has it. */
  public void elsewhere(String task, String node) {
    soon(
        0,
        () -> {
          watch.leave(task);
          if (store.get(task).filter(one -> one.state() != Supervised.State.ELSEWHERE).isEmpty())
            return;
          log.warn("task {} is not this node's any more: node {} has it", task, node);
          change(task, one -> one.elsewhere(node));
        });
  }

  /** Changes it, and tells of that. */
  private Optional<Supervised> change(String task, UnaryOperator<Supervised> how) {
    Optional<Supervised> before = store.get(task);
    Optional<Supervised> after = store.change(task, how);
    if (!after.equals(before)) after.ifPresent(care::became);
    return after;
  }

  public Optional<Supervised> of(String task) {
    return store.get(task);
  }

  /** Something has become of a task. */
  public void look(String task) {
    soon(0, () -> lookNow(task));
  }

  private void soon(long millis, Runnable work) {
    try {
      decisions.schedule(() -> guarded(work), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // The next daemon goes on.
    }
  }

  private static void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException defect) {
      log.error("supervision goes on after a defect", defect);
    }
  }

  private void lookNow(String task) {
    Supervised one = store.get(task).orElse(null);
    if (one == null) {
      watch.leave(task);
      return;
    }
    Care.Standing standing = care.standing(task);
    Incarnation life = standing.life();
    switch (standing.condition()) {
      case BUSY -> {}
      case RUNS -> runs(task, life);
      case ENDS -> lookAfterEnd(task, life);
      case RESTS -> {
        watch.leave(task);
        change(task, Supervised::rests);
      }
      case AWAY -> {
        watch.leave(task);
        change(task, Supervised::away);
      }
      case LOST -> {
        watch.leave(task);
        lost(one);
      }
      case GONE -> {
        watch.leave(task);
        store.remove(task);
        care.left(task);
        if (one.life() != null)
          log.warn("task {} has ended, and cannot be restarted: it has no image", task);
      }
      case ENDED -> ended(one);
    }
  }

  private void runs(String task, @Nullable Incarnation life) {
    if (life == null) throw new IllegalStateException("nobody knows how task " + task + " runs");
    try {
      watch.watch(task, life, how -> soon(0, () -> hasEnded(task, life, how)));
    } catch (IOException endedMeanwhile) {
      soon(SOON_MILLIS, () -> lookNow(task));
    }
    change(task, now -> now.lives(life));
  }

  private void hasEnded(String task, Incarnation life, Optional<WaitStatus> how) {
    if (watch.ended(task, life, how)) lookNow(task);
  }

  /** Its deputy holds its number until it has told the task's end to its parent. */
  private void lookAfterEnd(String task, @Nullable Incarnation deputy) {
    Runnable look = () -> soon(SOON_MILLIS, () -> lookNow(task));
    try {
      if (deputy == null) look.run();
      else watch.tell(deputy, look);
    } catch (IOException gone) {
      // It is about to be forgotten.
      look.run();
    }
  }

  private void ended(Supervised one) {
    switch (one.state()) {
      case RESTARTING -> plan(one);
      case ENDED, FAILED, UNABLE, ELSEWHERE -> {}
      case AWAY -> judge(one, care.noted(one.task()));
      case WATCHED -> {
        Incarnation life = one.life();
        // It was given up where it rested; or how it has ended will be told in a moment.
        if (life == null || watch.isWatched(one.task(), life)) return;
        judge(one, watch.takeEnd(one.task()).or(() -> care.noted(one.task(), life.incarnation())));
        watch.leave(one.task());
      }
    }
  }

  private void lost(Supervised one) {
    switch (one.state()) {
      case RESTARTING -> plan(one);
      case WATCHED, AWAY -> {
        log.warn("task {} is {}", one.task(), LOST);
        again(one, LOST, "");
      }
      case ENDED, FAILED, UNABLE, ELSEWHERE -> {}
    }
  }

  private void judge(Supervised one, Optional<WaitStatus> end) {
    String how = end.map(WaitStatus::toString).orElse(UNSEEN);
    if (end.isPresent() && !Verdict.failed(end.get())) {
      log.info("task {} has ended as it should: {}", one.task(), how);
      change(one.task(), now -> now.ended(how));
      return;
    }
    log.warn("task {} has failed: {}", one.task(), how);
    again(one, how, "");
  }

  /**
   * Restarts it after a while, unless that was done too often.
   *
   * @param why the last restart failed; "" where it did not
   */
  private void again(Supervised one, String how, String why) {
    long now = clock.millis();
    if (!one.limitReached(now))
      change(one.task(), before -> before.restarts(how, now + one.delay(now), why))
          .ifPresent(this::plan);
    else {
      String often =
          "restarted %d times within %d s"
              .formatted(one.recent(now).size(), one.policy().startLimitIntervalMillis() / 1000);
      giveUp(one, how, why.isEmpty() ? often : often + "; " + why, !why.isEmpty());
    }
  }

  private void giveUp(Supervised one, String how, String why, boolean unable) {
    log.error("task {} is not restarted any more: {}", one.task(), why);
    change(one.task(), before -> unable ? before.unable(how, why) : before.failed(how, why));
  }

  private void plan(Supervised one) {
    if (!trying.add(one.task())) return;
    long now = clock.millis();
    // A clock that was set back must not put it off for long.
    long millis = Math.min(one.delay(now), Math.max(0, one.dueEpochMillis() - now));
    soon(millis, () -> restart(one.task()));
  }

  private void restart(String task) {
    Optional<Supervised> one = store.get(task);
    if (one.isEmpty() || one.get().state() != Supervised.State.RESTARTING) {
      trying.remove(task);
      return;
    }
    Supervised noted = store.change(task, now -> now.tries(clock.millis())).orElseThrow();
    try {
      workers.execute(() -> attempt(noted));
    } catch (RejectedExecutionException closed) {
      trying.remove(task);
    }
  }

  /** On another thread. */
  private void attempt(Supervised one) {
    String task = one.task();
    try {
      log.info("task {} was restarted: {}", task, care.restart(one));
      soon(0, () -> tried(task, "", false));
    } catch (TakenException taken) {
      elsewhere(task, taken.node());
      soon(0, () -> trying.remove(task));
    } catch (NotYetException unknown) {
      soon(0, () -> notTried(task, String.valueOf(unknown.getMessage())));
    } catch (OperationException failed) {
      boolean never = failed.kind() == OperationException.Kind.NOT_FOUND;
      soon(0, () -> tried(task, String.valueOf(failed.getMessage()), never));
    } catch (RuntimeException defect) {
      log.error("task {} was not restarted", task, defect);
      soon(0, () -> tried(task, defect.toString(), false));
    }
  }

  private void notTried(String task, String why) {
    trying.remove(task);
    Optional<Supervised> one = store.get(task);
    if (one.isEmpty() || one.get().state() != Supervised.State.RESTARTING) return;
    if (!why.equals(one.get().trouble())) log.warn("task {} is not restarted yet: {}", task, why);
    change(task, now -> now.untried(why, clock.millis() + NOT_YET_MILLIS));
    trying.add(task);
    soon(NOT_YET_MILLIS, () -> restart(task));
  }

  private void tried(String task, String why, boolean never) {
    trying.remove(task);
    Optional<Supervised> one = store.get(task);
    boolean waits =
        one.isPresent()
            && one.get().state() == Supervised.State.RESTARTING
            && canBeTried(care.standing(task).condition());
    if (why.isEmpty() || !waits) {
      lookNow(task);
      return;
    }
    log.warn("task {} could not be restarted: {}", task, why);
    if (never) giveUp(one.get(), one.get().lastEnd(), why, true);
    else again(one.get(), one.get().lastEnd(), why);
  }

  private static boolean canBeTried(Care.Condition condition) {
    return condition == Care.Condition.ENDED || condition == Care.Condition.LOST;
  }

  /** Begins no more restarts; what is being done is the daemon's to wait for. */
  @Override
  public void close() throws InterruptedException {
    decisions.shutdown();
    decisions.awaitTermination(5, TimeUnit.SECONDS);
    watch.close();
  }
}
