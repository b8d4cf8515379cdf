package io.sojourn.node.group;

import io.sojourn.engine.operation.OperationException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the other end of a call says, one after the other, until it ends or breaks. */
final class Turns<T> {
  /** A message, or why there are no more; neither: the call has ended as it should. */
  private record Turn<T>(@Nullable T message, @Nullable RuntimeException failure) {}

  private final LinkedBlockingQueue<Turn<T>> queue = new LinkedBlockingQueue<>();

  void say(T message) {
    queue.add(new Turn<>(message, null));
  }

  void end() {
    queue.add(new Turn<>(null, null));
  }

  void fail(RuntimeException why) {
    queue.add(new Turn<>(null, why));
  }

  /**
   * @param who is waited for
   * @return empty: the call has ended
   */
  Optional<T> take(Duration limit, String who) {
    try {
      Turn<T> turn = queue.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (turn == null)
        throw OperationException.failed(
            "%s has said nothing for %d s".formatted(who, limit.toSeconds()),
            "see whether its daemon is at work (ckpt node status there), and its log");
      // Whoever asks again hears the same.
      if (turn.message() == null) queue.add(turn);
      if (turn.failure() != null) throw turn.failure();
      return Optional.ofNullable(turn.message());
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
      throw OperationException.failed("the daemon is about to end", "start it again", hurry);
    }
  }
}
