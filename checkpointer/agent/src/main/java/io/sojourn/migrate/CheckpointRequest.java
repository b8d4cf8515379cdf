package io.sojourn.migrate;

import io.sojourn.migrate.crac.Patience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A thread of the program that waits in {@link Checkpoint#now()}: the wish stands in the control
 * block, and it knocks until it hears of a restore, or the daemon's answer.
 */
final class CheckpointRequest {
  private static final String CHECKPOINT = "checkpoint", NOTHING = "";
  private static final Duration BETWEEN_KNOCKS = Duration.ofSeconds(2);
  private static final int KNOCKS_UNHEARD = 5;

  private static final ReentrantLock oneAtATime = new ReentrantLock();
  private static volatile @Nullable CheckpointRequest waiting;

  /** The daemon's words, "" where the image is stored; null where the program was restored. */
  private final CompletableFuture<@Nullable String> answer = new CompletableFuture<>();

  private CheckpointRequest() {}

  static Checkpoint.Outcome serve() {
    if (GuardGate.PROGRAM.ofCurrentThread().isInside())
      throw new IllegalStateException(
          "this thread is inside a CheckpointGuard: a checkpoint would wait for it");
    oneAtATime.lock();
    try {
      CheckpointRequest request = new CheckpointRequest();
      waiting = request;
      return request.await();
    } finally {
      waiting = null;
      oneAtATime.unlock();
    }
  }

  private Checkpoint.Outcome await() {
    if (!NativeAgent.started())
      throw new UnsupportedOperationException("the agent of Sojourn is not at work");
    NativeAgent.requestOfProgram(CHECKPOINT);
    try {
      // Again and again: a daemon that was restarted has forgotten, and one that died never
      // answers.
      for (int unheard = 0; unheard < KNOCKS_UNHEARD; ) {
        unheard = Knock.knock() ? 0 : unheard + 1;
        if (Patience.await(answer, BETWEEN_KNOCKS)) return conclude(answer.join());
      }
    } finally {
      NativeAgent.requestOfProgram(NOTHING);
    }
    throw new UnsupportedOperationException(
        "no node daemon listens for this task: start it with ckpt node start");
  }

  private static Checkpoint.Outcome conclude(@Nullable String answer) {
    if (answer == null) return Checkpoint.Outcome.RESTORED;
    if (answer.isEmpty()) return Checkpoint.Outcome.MADE;
    throw new Checkpoint.NotMadeException(answer);
  }

  /**
   * On the control thread: an image in which the wish still stood would be checkpointed again as
   * soon as it is restored.
   */
  static void beforeStop() {
    if (waiting != null) NativeAgent.requestOfProgram(NOTHING);
  }

  /**
   * On the control thread. It may have been a stop that nobody waited for: then the wish stands.
   */
  static void afterStop(boolean restored) {
    CheckpointRequest request = waiting;
    if (request == null) return;
    if (restored) request.answer.complete(null);
    else NativeAgent.requestOfProgram(CHECKPOINT);
  }

  /** On the control thread: false where nobody waits for it here. */
  static boolean answered(String text) {
    CheckpointRequest request = waiting;
    if (request == null) return false;
    // Before the daemon hears that it was heard: it would serve the wish once more.
    NativeAgent.requestOfProgram(NOTHING);
    request.answer.complete(text);
    return true;
  }
}
