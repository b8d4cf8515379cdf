package io.sojourn.migrate.crac;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A thread of the program that asked for a checkpoint and waits for one of two: the round that it
 * is to run, or the daemon's word that there will be none.
 */
final class Request {
  private final CompletableFuture<Round> round = new CompletableFuture<>();
  private final CompletableFuture<String> answer = new CompletableFuture<>();

  /** False when the thread does not wait for a round any more. */
  boolean take(Round given) {
    return round.complete(given);
  }

  void answered(String text) {
    answer.complete(text);
  }

  /** Something has come within the limit. */
  boolean await(Duration limit) {
    return Patience.await(CompletableFuture.anyOf(round, answer), limit);
  }

  /**
   * The round; null when there is none, and there will be none: the request ends with this call.
   */
  @Nullable Round close() {
    return round.cancel(false) ? null : round.join();
  }

  /** What the daemon said, if it says it within the limit. */
  @Nullable String answer(Duration limit) {
    return Patience.await(answer, limit) ? answer.join() : null;
  }
}
