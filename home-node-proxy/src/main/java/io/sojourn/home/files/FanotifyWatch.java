package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileWatch;
import io.sojourn.engine.files.ThreadWake;
import io.sojourn.protocol.files.Change;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches by fanotify(7): one mark for each directory that the guest has looked into. Marks are
 * made on a thread that has the daemon's rights, for the task need not be able to read a directory
 * to reach what is in it.
 */
final class FanotifyWatch implements ChangeWatch {
  private static final Logger LOG = LoggerFactory.getLogger(FanotifyWatch.class);

  /**
   * Events of so long are taken together. The guest's own calls make some, too, and who hears of
   * each at once is woken for nothing between any two of them.
   */
  private static final long TOGETHER_NANOS = 1_000_000;

  private final FileWatch watch;
  private final Map<String, Node> watched = new ConcurrentHashMap<>();
  private final ExecutorService marker =
      Executors.newSingleThreadExecutor(task -> daemon(task, "files-mark"));
  private final Thread listener;
  private final Set<Integer> own;
  private final Consumer<List<Change>> changed;
  private volatile int listening;
  private volatile boolean closed;

  private FanotifyWatch(FileWatch watch, Set<Integer> own, Consumer<List<Change>> changed) {
    this.watch = watch;
    this.own = own;
    this.changed = changed;
    listener = daemon(this::listen, "files-watch");
  }

  /**
   * @param own threads whose changes are the guest's own, and no news to it
   */
  static ChangeWatch begin(Set<Integer> own, Consumer<List<Change>> changed) {
    try {
      FanotifyWatch watch = new FanotifyWatch(FileWatch.open(), own, changed);
      watch.listener.start();
      return watch;
    } catch (IOException e) {
      LOG.warn(
          "Changes at home are not watched, so a guest asks again and again: {}. The daemon needs"
              + " CAP_SYS_ADMIN, and at most 128 tasks (fs.fanotify.max_user_groups) can be watched",
          e.getMessage());
      return NONE;
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public boolean watching() {
    return true;
  }

  @Override
  public void directory(Node node) {
    if (node.identity() == null && !node.unwatchable()) mark(node);
  }

  @Override
  public void file(Node node) {
    directory(node);
  }

  private void mark(Node node) {
    int done = markNow(node);
    if (done != -ErrorNumber.EACCES) return;
    try {
      done = marker.submit(() -> markNow(node)).get();
      if (done < 0) node.refuseWatch();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | RejectedExecutionException e) {
      node.refuseWatch();
    }
  }

  /** 0 or -errno; EACCES where this thread's user cannot read it. */
  private int markNow(Node node) {
    try (SharedDescriptor.Use use = node.use()) {
      Optional<String> identity = FileWatch.identify(use.fd());
      int done =
          identity.isEmpty()
              ? -ErrorNumber.EOPNOTSUPP
              : node.directory() ? watch.directory(use.fd()) : watch.file(use.fd());
      if (done == 0 && identity.isPresent()) {
        watched.put(identity.get(), node);
        node.identity(identity.get());
      } else if (done != -ErrorNumber.EACCES) node.refuseWatch();
      return done;
    } catch (Refused gone) {
      return -gone.errno();
    }
  }

  @Override
  public void forget(Node node) {
    String identity = node.identity();
    if (identity == null) return;
    watched.remove(identity, node);
    try (SharedDescriptor.Use use = node.use()) {
      watch.forget(use.fd(), node.directory());
    } catch (Refused gone) {
      LOG.trace("The mark went with its file");
    }
  }

  private void listen() {
    listening = ThreadWake.currentThread();
    while (!closed) {
      LinkedHashSet<Change> changes = new LinkedHashSet<>();
      watch.await().stream()
          .filter(event -> !own.contains(event.thread()))
          .forEach(event -> NewsOfChange.add(event, watched, changes));
      if (!changes.isEmpty()) changed.accept(List.copyOf(changes));
      LockSupport.parkNanos(TOGETHER_NANOS);
    }
  }

  @Override
  public void close() {
    closed = true;
    marker.shutdown();
    try {
      while (listener.isAlive()) {
        if (listening != 0) ThreadWake.wake(listening);
        listener.join(2);
      }
      watch.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
