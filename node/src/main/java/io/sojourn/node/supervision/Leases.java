package io.sojourn.node.supervision;

import io.sojourn.engine.linux.Clock;
import io.sojourn.protocol.lives.LifeBeat;
import io.sojourn.protocol.lives.LifeClaim;
import io.sojourn.repository.Lives;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which node has which life of a task that any node may restart. An owner says again and again that
 * it is there; when it cannot, it ends the task, and only later another takes the next life.
 */
public final class Leases implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Leases.class);

  /** So often in a lease its owner says that it is there. */
  private static final int BEATS = 6;

  private final Lives lives;
  private final Duration lease;
  private final Fences fences;
  private final Holdings tasks;
  private final Claims claims;
  private final Map<String, Integer> tidied = new HashMap<>();

  /** Tasks whose next life is claimed, and which do not run yet. */
  private final Set<String> starting = ConcurrentHashMap.newKeySet();

  /** Tasks that are about to leave for a node that no lease is on. */
  private final Set<String> leaving = ConcurrentHashMap.newKeySet();

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "leases");
            thread.setDaemon(true);
            return thread;
          });
  private long count = System.currentTimeMillis();
  private boolean reachable = true;

  /**
   * @param lives in the repository that all nodes have
   * @param node this one
   * @param lease how long this node may be silent
   */
  public Leases(Lives lives, String node, Duration lease, Fences fences, Holdings tasks) {
    this.lives = lives;
    this.claims = new Claims(lives, node, lease);
    this.lease = lease;
    this.fences = fences;
    this.tasks = tasks;
  }

  public void begin() {
    var unused =
        clock.scheduleWithFixedDelay(
            this::round, 0, lease.toMillis() / BEATS, TimeUnit.MILLISECONDS);
  }

  /** Something has become of a task: what is to be said of it is said soon. */
  public void look() {
    later(this::round);
  }

  private void later(Runnable work) {
    try {
      clock.execute(work);
    } catch (RejectedExecutionException closed) {
      // The next daemon says it.
    }
  }

  /** Of another repository nothing may be concluded. */
  private void checkPlace() throws IOException {
    String now = lives.repository();
    Optional<String> before = tasks.repository(now);
    if (before.isPresent())
      throw new IOException(
          "it is repository %s; this node's tasks have their leases in %s: is it mounted?"
              .formatted(now, before.get()));
  }

  private void round() {
    try {
      checkPlace();
      Map<String, Integer> newest = lives.newest();
      Map<String, Integer> others = new HashMap<>(newest);
      for (Supervised one : tasks.anywhere()) {
        others.remove(one.task());
        keep(one, newest.get(one.task()));
      }
      for (Map.Entry<String, Integer> other : others.entrySet())
        try {
          observe(other.getKey(), other.getValue());
        } catch (NoSuchFileException | DamageException itAlone) {
          log.debug("life {} is passed over: {}", other, itAlone.toString());
        }
      if (!reachable) log.info("{} can be reached again", lives.place());
      reachable = true;
    } catch (IOException away) {
      if (reachable)
        log.warn(
            "{} cannot be reached: tasks that any node may restart end here when their lease does: {}",
            lives.place(),
            away.getMessage());
      reachable = false;
    } catch (RuntimeException defect) {
      log.error("leases are looked after although there was a defect", defect);
    }
  }

  private void keep(Supervised one, @Nullable Integer number) throws IOException {
    String task = one.task();
    long start = Clock.boottimeNanos();
    if (number != null) {
      LifeClaim claim = lives.claimed(task, number);
      if (!claims.ours(claim)) {
        tasks.end(task, "node " + claim.getNode() + " has its life " + number);
        tasks.gone(task, claim.getNode());
        fences.remove(task);
        return;
      }
    }
    Incarnation life = one.life();
    if (fences.late(task)) {
      // Another may have it any moment. It lives again when a new life is claimed.
      tasks.end(task, "its lease was not renewed in time");
      if (life != null) return;
    }
    if (number == null && life == null) return;
    int mine = number == null ? claimFirst(one, life) : number;
    if (mine == 0) return;
    lives.beat(task, mine, LifeBeat.newBuilder().setCount(++count).setState(stateOf(one)).build());
    if (life == null && !starting.contains(task)) fences.remove(task);
    else fences.extend(task, start + Fences.share(lease).toNanos());
    if (life != null) fences.guard(task, life);
    if (!Objects.equals(tidied.put(task, mine), mine)) lives.forgetBefore(task, mine);
  }

  private int claimFirst(Supervised one, @Nullable Incarnation life) throws IOException {
    int number = life == null ? 1 : Math.max(1, life.incarnation());
    return claims.take(tasks.describe(one), number, 0) ? number : 0;
  }

  private LifeBeat.State stateOf(Supervised one) {
    if (leaving.contains(one.task())) return LifeBeat.State.RESTS;
    if (starting.contains(one.task())) return LifeBeat.State.RUNS;
    return switch (one.state()) {
      case WATCHED -> one.life() == null ? LifeBeat.State.RESTS : LifeBeat.State.RUNS;
      case AWAY -> LifeBeat.State.RESTS;
      case RESTARTING -> LifeBeat.State.RUNS;
      case UNABLE -> LifeBeat.State.FREE;
      case ENDED, FAILED, ELSEWHERE -> LifeBeat.State.ENDED;
    };
  }

  private void observe(String task, int number) throws IOException {
    LifeClaim claim = lives.claimed(task, number);
    if (!claim.getGroup().isEmpty()) {
      if (!claims.ours(claim)) tasks.superseded(claim);
      return;
    }
    LifeBeat beat = claims.listen(claim);
    if (!claims.free(claim, beat) || !tasks.takes(claim)) return;
    boolean refused = beat.getState() == LifeBeat.State.FREE;
    LifeClaim.Builder next = claim.toBuilder();
    if (refused) next.addRefusedBy(claim.getNode());
    if (claims.take(next, number + 1, number))
      tasks.taken(
          lives.claimed(task, number + 1),
          "node " + claim.getNode() + (refused ? " could not restart it" : " has been silent"));
  }

  /**
   * The number of a task's next life, which is this node's alone.
   *
   * @param proposed the number that it would have otherwise
   * @param description of the task, where it is one of those that any node may restart; null: only
   *     where others have said so
   * @throws TakenException it is another node's
   * @throws NotYetException the repository cannot be reached
   */
  public int next(String task, int proposed, LifeClaim.@Nullable Builder description) {
    long start = Clock.boottimeNanos();
    boolean claimed = false;
    // Before the claim: from then on it is renewed.
    starting.add(task);
    try {
      checkPlace();
      Optional<LifeClaim> next = claims.next(task, proposed, description);
      if (next.isEmpty()) return proposed;
      // What was late was the life before.
      fences.remove(task);
      fences.extend(task, start + Fences.share(lease).toNanos());
      claimed = true;
      if (description == null) tasks.claimed(next.get());
      return next.get().getNumber();
    } catch (IOException away) {
      throw unknown(away);
    } finally {
      if (!claimed) starting.remove(task);
    }
  }

  /**
   * The newest claims of these tasks, of those that have any.
   *
   * @throws NotYetException the repository cannot be reached
   */
  public Map<String, LifeClaim> newest(Collection<String> of) {
    try {
      checkPlace();
      Map<String, Integer> numbers = lives.newest();
      numbers.keySet().retainAll(of);
      Map<String, LifeClaim> newest = new HashMap<>();
      for (Map.Entry<String, Integer> one : numbers.entrySet())
        newest.put(one.getKey(), lives.claimed(one.getKey(), one.getValue()));
      return newest;
    } catch (IOException away) {
      throw unknown(away);
    }
  }

  /**
   * Refuses where another node has a task.
   *
   * @throws TakenException it has
   * @throws NotYetException the repository cannot be reached
   */
  public void refuseTaken(String task) {
    LifeClaim newest = newest(List.of(task)).get(task);
    if (newest != null && !claims.ours(newest)) throw Claims.taken(newest);
  }

  /**
   * The number of the next life of a group's task, which is this node's alone, as all who have to
   * do with it have agreed. No lease is on it: nobody takes it over without being asked.
   *
   * @param description of the task
   * @param proposed the number that it would have otherwise
   * @param seen the newest life that was claimed when they agreed; 0: none
   * @throws TakenException another node has claimed a later one since
   * @throws NotYetException the repository cannot be reached
   */
  public int nextOfGroup(LifeClaim.Builder description, int proposed, int seen) {
    String task = description.getTask();
    try {
      checkPlace();
      int newest = lives.newestOf(task).orElse(0), number = Math.max(proposed, newest + 1);
      if (newest != seen) throw Claims.taken(lives.claimed(task, newest));
      if (!claims.take(description, number, seen))
        throw Claims.taken(lives.claimed(task, lives.newestOf(task).orElse(number)));
      lives.forgetBefore(task, number);
      return number;
    } catch (IOException away) {
      throw unknown(away);
    }
  }

  private NotYetException unknown(IOException away) {
    return new NotYetException(
        lives.place()
            + " cannot be reached, and nobody else can say whether the task lives elsewhere: "
            + away.getMessage(),
        away);
  }

  /** It did not come to a life that was claimed. */
  public void notStarted(String task) {
    starting.remove(task);
    look();
  }

  /**
   * A life has begun that {@link #next} has claimed, or is found again: from now on its end is sure
   * when the lease runs out.
   */
  public void lives(String task, Incarnation life) {
    starting.remove(task);
    if (fences.late(task)) tasks.end(task, "it came to life when its lease had run out");
    else if (fences.due(task).isPresent())
      try {
        fences.guard(task, life);
      } catch (IOException none) {
        tasks.end(task, "it cannot be guarded: " + none.getMessage());
      }
    look();
  }

  /** It is frozen or has left, and nothing runs here that would have to end. */
  public void rests(String task) {
    Runnable remove =
        () -> {
          if (!starting.contains(task)) fences.remove(task);
        };
    remove.run();
    // A round that knew it as running may have put it up again.
    later(remove);
    look();
  }

  /**
   * A task is about to live on another node as this one's guest: before it does, all must know that
   * this node's silence says nothing of it.
   *
   * @throws NotYetException that cannot be said
   */
  public void leaves(String task) {
    leaving.add(task);
    boolean said = false;
    try {
      Optional<Integer> newest = lives.newestOf(task);
      if (newest.isPresent() && claims.ours(lives.claimed(task, newest.get())))
        lives.beat(
            task,
            newest.get(),
            LifeBeat.newBuilder()
                .setCount(System.currentTimeMillis())
                .setState(LifeBeat.State.RESTS)
                .build());
      said = true;
    } catch (IOException away) {
      throw new NotYetException(
          lives.place() + " cannot be reached, where this must be said first: " + away.getMessage(),
          away);
    } finally {
      if (!said) leaving.remove(task);
    }
  }

  /** It has left, or has not. */
  public void left(String task) {
    leaving.remove(task);
    look();
  }

  /** A task is this node's only, and nobody else's to restart. */
  public void release(String task) {
    fences.remove(task);
    later(
        () -> {
          try {
            fences.remove(task);
            if (tidied.remove(task) == null) return;
            Optional<Integer> newest = lives.newestOf(task);
            if (newest.isPresent() && claims.ours(lives.claimed(task, newest.get())))
              lives.forget(task);
          } catch (IOException stays) {
            log.warn(
                "what is said of task {} in {} stays: {}", task, lives.place(), stays.toString());
          }
        });
  }

  @Override
  public void close() throws InterruptedException {
    clock.shutdownNow();
    clock.awaitTermination(5, TimeUnit.SECONDS);
    lives.close();
  }
}
