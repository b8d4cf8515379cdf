package io.sojourn.node.move;

import io.sojourn.engine.linux.JobSignals;
import io.sojourn.engine.linux.Signals;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Predicate;

/**
 * Signals that the deputy has said and its task does not have yet. They are the deputy's until
 * then, so what is here may be lost. They merge and cancel each other as the kernel has it for
 * those that are pending. Of one thread.
 */
final class SignalQueue {
  /** The first of those that do not merge. */
  private static final int REAL_TIME = 32;

  /**
   * @param serial by which the deputy knows it; 0: it is none that it has said
   * @param job for all of the task's processes in its group
   */
  record Waiting(long serial, int number, boolean job) {
    boolean stops() {
      return number == Signals.STOP || JobSignals.stops(number);
    }
  }

  /** Where they go. */
  interface Way {
    /** Tells the deputy, too. False where nobody can be told now. */
    boolean pass(Waiting signal);

    /** Nobody can be told now: whether it need not wait for that. */
    boolean passesBy(Waiting signal);

    /** It comes to nothing. */
    void over(Waiting signal);
  }

  private final Way way;
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  SignalQueue(Way way) {
    this.way = way;
  }

  void add(Waiting signal) {
    if (signal.number() == Signals.CONT) cancel(Waiting::stops);
    if (signal.stops()) cancel(other -> other.number() == Signals.CONT);
    boolean merges = signal.number() < REAL_TIME;
    if (merges && waiting.stream().anyMatch(other -> other.number() == signal.number()))
      way.over(signal);
    else waiting.add(signal);
  }

  private void cancel(Predicate<Waiting> which) {
    waiting.stream().filter(which).forEach(way::over);
    waiting.removeIf(which);
  }

  /** False where some have to wait on. */
  boolean pass() {
    boolean heard = true;
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      Waiting next = all.next();
      if (heard && way.pass(next)) all.remove();
      else {
        heard = false;
        if (way.passesBy(next)) all.remove();
      }
    }
    return heard;
  }
}
