package io.sojourn.engine.control;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.ProcessEnds;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/** Speaks with the agent of one task. One conversation at a time. */
public final class Agent {
  /** What takes no longer is not disturbed by listening for the end of the process. */
  private static final Duration QUICK = Duration.ofMillis(200);

  private static final class Ends {
    static final ProcessEnds ALL = new ProcessEnds("ends of tasks");
  }

  private final ControlBlock block;
  private long earlierStop;

  public Agent(ControlBlock block) {
    this.block = block;
  }

  /**
   * Has the agent bring its numbers up to date. False where it does not answer in time: it stands
   * still, or is busy.
   */
  public boolean refresh(Duration limit) {
    if (busy()) return false;
    int request = block.request(Command.STATUS);
    return await(limit, b -> b.number(Word.REPLY) == request);
  }

  /** A request is being served. */
  public boolean busy() {
    return block.number(Word.REPLY) != block.number(Word.REQUEST);
  }

  /**
   * Asks for a stop and waits for it.
   *
   * @param gcMode in the order of the agent's {@code enum gc_mode}
   * @param pauseLimit the agent lets the VM run on by itself after so long
   * @return true when the VM stands still; false when the agent refused or gave up: see {@link
   *     ControlBlock#reply()}
   */
  public boolean stop(int gcMode, boolean crac, Duration pauseLimit, Duration guardLimit) {
    return stop(gcMode, crac, pauseLimit, guardLimit, b -> stands());
  }

  /**
   * As {@link #stop}, but does not wait for the last moment, in which the VM's threads come to
   * their safepoint: {@link #stands} tells whether they have.
   */
  public boolean nearlyStop(int gcMode, Duration pauseLimit, Duration guardLimit) {
    return stop(
        gcMode, false, pauseLimit, guardLimit, b -> b.phase() == Phase.STOPPING || stands());
  }

  private boolean stop(
      int gcMode,
      boolean crac,
      Duration pauseLimit,
      Duration guardLimit,
      Predicate<ControlBlock> far) {
    block.number(Word.GC_MODE, gcMode);
    block.number(Word.FLAGS, crac ? 1 : 0);
    block.number(Word.PAUSE_LIMIT_MILLIS, (int) pauseLimit.toMillis());
    block.number(Word.GUARD_LIMIT_MILLIS, (int) guardLimit.toMillis());
    // The agent compares `go` with `stop`: a new number makes it wait.
    block.number(Word.STOP, block.number(Word.STOP) + 1);
    earlierStop = block.stoppedNanos();
    int request = block.request(Command.STOP);
    // Callbacks have as much time as guarded regions, and come before them.
    await(
        pauseLimit.plus(guardLimit.multipliedBy(crac ? 2 : 1)),
        b -> far.test(b) || b.number(Word.REPLY) == request);
    return far.test(block);
  }

  /**
   * Tells a program that asked for a checkpoint itself why there is none. Not heard where nobody
   * waits for it any more.
   */
  public void refuse(String why, Duration limit) {
    if (!settle(limit)) return;
    block.explanation(why);
    block.request(Command.REFUSE);
    settle(limit);
  }

  /** Tells a program that asked for a checkpoint itself that there is one. */
  public void confirm(Duration limit) {
    refuse("", limit);
  }

  /** Whether the VM has come to the stop that was asked for last. */
  public boolean stands() {
    return block.phase() == Phase.STOPPED && block.stoppedNanos() != earlierStop;
  }

  /** Waits until a stopped VM, which was told to go, runs on. */
  public boolean resumed(Duration limit) {
    return await(limit, b -> b.phase() != Phase.STOPPED);
  }

  /** Waits until the agent has finished what it was asked. */
  public boolean settle(Duration limit) {
    return await(limit, b -> !busy());
  }

  /**
   * Until it is so, or the limit is over, or the process has ended, of which nothing is to come.
   */
  private boolean await(Duration limit, Predicate<ControlBlock> until) {
    Duration quick = limit.compareTo(QUICK) < 0 ? limit : QUICK;
    if (awaitEvents(quick, until)) return true;
    if (quick.equals(limit)) return false;
    AtomicBoolean ended = new AtomicBoolean();
    try (var end = Ends.ALL.watch(block.pid(), Proc.startTicks(block.pid()), how -> over(ended))) {
      awaitEvents(limit.minus(quick), b -> ended.get() || until.test(b));
    } catch (IOException endedBefore) {
      // It may have announced something before.
    }
    return until.test(block);
  }

  private void over(AtomicBoolean ended) {
    ended.set(true);
    block.announceForIt();
  }

  private boolean awaitEvents(Duration limit, Predicate<ControlBlock> until) {
    long deadline = System.nanoTime() + limit.toNanos();
    for (; ; ) {
      int seen = block.number(Word.EVENT);
      if (until.test(block)) return true;
      long left = deadline - System.nanoTime();
      if (left <= 0) return false;
      block.awaitEvent(seen, Duration.ofNanos(left));
    }
  }
}
