package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What is under way, one operation a task at a time. Bringing a task's numbers up to date speaks
 * with its agent as well, and files of stored images are let go behind everybody's back: an
 * operation waits for these, which are short; they are left out where an operation runs.
 */
final class Operations {
  private record Running(String verb, long sinceNanos) {}

  private final Map<String, Running> running = new HashMap<>();
  private final Set<String> brief = new HashSet<>();
  private boolean closed;
  private volatile Consumer<String> ended = taskId -> {};

  /**
   * @param listener is told of the end of each, by the task's id; it must not take long
   */
  void onEnd(Consumer<String> listener) {
    ended = listener;
  }

  /** Ends with {@link #close()}. */
  interface Operation extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Begins one, or refuses because of the one that runs.
   *
   * @param verb "freeze"
   */
  synchronized Operation begin(String taskId, String title, String verb) {
    if (closed)
      throw OperationException.refused(
          "the daemon is about to end", "start it again (ckpt node start)");
    Running other = running.get(taskId);
    if (other != null)
      throw OperationException.refused(
          "task %s is busy: %s, for %.1f s"
              .formatted(title, other.verb(), (System.nanoTime() - other.sinceNanos()) / 1e9),
          "wait until it is done (ckpt ps)");
    running.put(taskId, new Running(verb, System.nanoTime()));
    while (brief.contains(taskId)) await();
    return () -> end(taskId);
  }

  private void end(String taskId) {
    synchronized (this) {
      running.remove(taskId);
      notifyAll();
    }
    ended.accept(taskId);
  }

  synchronized Optional<String> verb(String taskId) {
    return Optional.ofNullable(running.get(taskId)).map(Running::verb);
  }

  /** Runs something short that an operation must not meet, unless one runs, or another such. */
  void unlessBusy(String taskId, Runnable shortWork) {
    synchronized (this) {
      if (running.containsKey(taskId) || !brief.add(taskId)) return;
    }
    brief(taskId, shortWork);
  }

  /** The same, behind other such work. False where an operation runs: nothing was done. */
  boolean between(String taskId, Runnable shortWork) {
    synchronized (this) {
      while (brief.contains(taskId)) await();
      if (running.containsKey(taskId)) return false;
      brief.add(taskId);
    }
    brief(taskId, shortWork);
    return true;
  }

  private void brief(String taskId, Runnable shortWork) {
    try {
      shortWork.run();
    } finally {
      synchronized (this) {
        brief.remove(taskId);
        notifyAll();
      }
    }
  }

  /** Lets no more begin, and waits for those that run. False where the time did not suffice. */
  synchronized boolean close(Duration limit) {
    closed = true;
    long deadline = System.nanoTime() + limit.toNanos();
    while (!running.isEmpty()) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) return false;
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private void await() {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw OperationException.refused("the daemon is about to end", "start it again");
    }
  }
}
