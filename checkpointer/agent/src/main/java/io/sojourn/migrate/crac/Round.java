package io.sojourn.migrate.crac;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One checkpoint as the resources see it: notified, then the stop, then notified again, all on one
 * thread. The control thread waits for that thread with a limit, and never runs a callback itself:
 * a resource that hangs must not take the agent with it.
 */
final class Round implements Runnable {
  private final GlobalContext global;
  private final CompletableFuture<Void> before = new CompletableFuture<>();
  private final CompletableFuture<Boolean> stop = new CompletableFuture<>();
  private final CompletableFuture<Void> after = new CompletableFuture<>();
  private volatile @Nullable Thread thread;
  private volatile @Nullable CheckpointException refusal;
  private volatile @Nullable RestoreException failure;

  Round(GlobalContext global) {
    this.global = global;
  }

  /** On the thread that notifies: from before the stop until after it. */
  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      global.beforeCheckpoint(global);
    } catch (CheckpointException refused) {
      refusal = refused;
    }
    if (refusal == null) {
      before.complete(null);
      stop.join();
    }
    try {
      global.afterRestore(global);
    } catch (RestoreException failed) {
      failure = failed;
    }
    // Without an image, what failed on the way back belongs to the same exception.
    CheckpointException refused = refusal;
    RestoreException failed = failure;
    if (refused != null && failed != null) Suppression.add(refused, failed);
    before.complete(null);
    after.complete(null);
  }

  /** On the control thread: null when all are ready for the stop, or why not. */
  @Nullable String before(Duration limit) {
    if (!Patience.await(before, limit)) {
      global.abandon();
      stop.complete(false);
      return hanging(limit);
    }
    CheckpointException refused = refusal;
    return refused == null ? null : Explanation.of("refused the checkpoint", refused);
  }

  /** On the control thread: null when all are back at work, or what is not. */
  @Nullable String after(boolean made, Duration limit) {
    stop.complete(made);
    if (!Patience.await(after, limit)) return hanging(limit);
    RestoreException failed = failure;
    return failed == null ? null : Explanation.of("failed after the checkpoint", failed);
  }

  boolean ended() {
    return after.isDone();
  }

  boolean runsOn(Thread other) {
    return thread == other && !ended();
  }

  /** After its end, on the thread that asked: whether there was a stop that left an image. */
  boolean made() {
    return refusal == null && stop.join();
  }

  @Nullable CheckpointException refusal() {
    return refusal;
  }

  @Nullable RestoreException failure() {
    return failure;
  }

  /** Which callback has not come back, and where it is. */
  String hanging(Duration limit) {
    String callback = global.current();
    Thread where = thread;
    return (callback == null ? "the callbacks have" : callback + " has")
        + " not come back within "
        + limit.toMillis()
        + " ms"
        + (where == null ? "" : Explanation.frames(where.getStackTrace()));
  }
}
