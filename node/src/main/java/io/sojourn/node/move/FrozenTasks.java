package io.sojourn.node.move;

import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.home.deputy.DeputyWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of this node that are frozen and have a deputy. The deputies need no daemon: they hold
 * what is open, and the kernel does the rest.
 */
public final class FrozenTasks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FrozenTasks.class);

  private record Watched(FrozenTask task, DeputyWatch watch) {}

  private final DeputyDirectory directory;
  private final Path memory;
  private final Path notes;
  private final Map<String, Watched> tasks = new HashMap<>();
  private Consumer<String> ended = id -> {};

  /**
   * @param memory where images are prepared
   * @param notes a directory for each task that lived beside its deputy
   */
  FrozenTasks(DeputyDirectory directory, Path memory, Path notes) {
    this.directory = directory;
    this.memory = memory;
    this.notes = notes;
  }

  /**
   * Finds the deputies that an earlier daemon left.
   *
   * @param ids of the tasks that are frozen
   * @param whenEnded hears of a task whose deputy was killed: it has ended
   */
  public void begin(Iterable<String> ids, Consumer<String> whenEnded) throws IOException {
    ended = whenEnded;
    for (String id : ids) {
      Optional<FrozenTask> found = FrozenTask.of(directory.of(id));
      if (found.isPresent()) keep(found.get());
    }
    Images.sweepAllBut(memory, Set.copyOf(tasks.keySet()));
  }

  synchronized Optional<FrozenTask> find(String id) {
    return Optional.ofNullable(tasks.get(id)).map(Watched::task);
  }

  /** Whether a frozen task has a deputy. */
  public boolean has(String id) {
    return find(id).isPresent();
  }

  /** From now on its deputy's end is its own. */
  synchronized void keep(FrozenTask task) throws IOException {
    tasks.put(task.id(), new Watched(task, directory.watch(task.face(), () -> killed(task.id()))));
  }

  /** It is about to live again: whoever has it made live hears its deputy now. */
  synchronized void release(String id) {
    Watched known = tasks.remove(id);
    if (known != null) known.watch().close();
  }

  private void killed(String id) {
    synchronized (this) {
      Watched known = tasks.remove(id);
      if (known == null) return;
      known.watch().close();
      remove(known.task());
    }
    log.info("the deputy of frozen task {} was killed: the task has ended", id);
    ended.accept(id);
  }

  /** Its image is gone, so that it will never live again: its parent sees it killed. */
  public synchronized void giveUp(String id) {
    Watched known = tasks.remove(id);
    if (known == null) return;
    known.watch().close();
    if (known.task().face().lives()) Signals.send(known.task().face().pid(), Signals.KILL);
    remove(known.task());
  }

  private void remove(FrozenTask task) {
    task.endHolder();
    forget(task);
    Trees.delete(memory.resolve(Images.PREFIX + task.id()));
    Trees.delete(notes.resolve(task.id()));
    ConnectionLock.remove(ConnectionLock.tableOf(task.id()));
  }

  private void forget(FrozenTask task) {
    try {
      directory.forget(task.face());
      directory.forget(task.holder());
    } catch (IOException stays) {
      // The next daemon removes it.
    }
  }

  /** Looks no more; the deputies stay. */
  @Override
  public synchronized void close() {
    tasks.values().forEach(known -> known.watch().close());
    tasks.clear();
  }
}
