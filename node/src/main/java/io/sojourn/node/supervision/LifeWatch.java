package io.sojourn.node.supervision;

import io.sojourn.engine.linux.ProcessEnds;
import io.sojourn.engine.linux.WaitStatus;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The processes of supervised tasks, one each. Of the deciding thread alone; whoever is told of an
 * end is told on another, and passes it on.
 */
final class LifeWatch implements AutoCloseable {
  private record Watched(Incarnation life, ProcessEnds.Watch watch) {}

  private final ProcessEnds ends = new ProcessEnds("supervision-ends");
  private final Map<String, Watched> watched = new HashMap<>();
  private final Map<String, WaitStatus> seen = new HashMap<>();

  /**
   * Watches a life, unless it is watched.
   *
   * @throws IOException it has ended
   */
  void watch(String task, Incarnation life, Consumer<Optional<WaitStatus>> told)
      throws IOException {
    if (isWatched(task, life)) return;
    leave(task);
    watched.put(task, new Watched(life, ends.watch(life.pid(), life.startTicks(), told)));
  }

  /** Whether its end will be told. */
  boolean isWatched(String task, Incarnation life) {
    Watched known = watched.get(task);
    return known != null && known.life().equals(life);
  }

  /** It has ended; false where another life is watched now. */
  boolean ended(String task, Incarnation life, Optional<WaitStatus> how) {
    if (!isWatched(task, life)) return false;
    watched.remove(task);
    how.ifPresent(status -> seen.put(task, status));
    return true;
  }

  /** How its life ended, if that was seen; once. */
  Optional<WaitStatus> takeEnd(String task) {
    return Optional.ofNullable(seen.remove(task));
  }

  /** Looks no more at a task's life. */
  void leave(String task) {
    Watched known = watched.remove(task);
    if (known != null) known.watch().close();
    seen.remove(task);
  }

  /**
   * Tells of the end of some process.
   *
   * @throws IOException it has ended
   */
  void tell(Incarnation process, Runnable told) throws IOException {
    ends.watch(process.pid(), process.startTicks(), how -> told.run());
  }

  @Override
  public void close() {
    ends.close();
  }
}
