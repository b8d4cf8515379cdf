package io.sojourn.home.files;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.files.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Open files whose changes no watch tells of, as those of NFS: each is looked at again and again.
 * The guest's kernel asks for attributes often enough by itself, but not while it reads what it has
 * in its cache. What the guest has changed itself is news here, too, and costs it what it has
 * cached of that file.
 */
final class UnwatchedFiles implements AutoCloseable {
  /** Two looks within the time in which a change is to be seen. */
  private static final long EVERY_MILLIS = 50;

  /** What is otherwise when a file has changed. */
  private record Look(long size, Statx.Time modified, Statx.Time changed) {
    static @Nullable Look at(Handle handle) {
      try (SharedDescriptor.Use use = handle.use()) {
        Statx status = FileCalls.stat(use.fd());
        return status == null ? null : new Look(status.size(), status.modified(), status.changed());
      } catch (Refused closed) {
        return null;
      }
    }
  }

  private final Consumer<List<Change>> changed;
  private final Map<Handle, Look> looks = new HashMap<>();
  private final ExecutorService looker =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("files-look", true));
  private boolean looking;
  private boolean closed;

  UnwatchedFiles(Consumer<List<Change>> changed) {
    this.changed = changed;
  }

  /** Before the guest knows that it is open. */
  void opened(Handle handle) {
    if (!handle.node().regular() || handle.node().watched()) return;
    Look first = Look.at(handle);
    if (first == null) return;
    synchronized (this) {
      if (closed) return;
      looks.put(handle, first);
      if (!looking) looker.execute(this::look);
      looking = true;
    }
  }

  synchronized void closed(Handle handle) {
    looks.remove(handle);
  }

  private synchronized @Nullable List<Handle> open() {
    looking = !looks.isEmpty() && !closed;
    return looking ? List.copyOf(looks.keySet()) : null;
  }

  private void look() {
    for (List<Handle> open = open(); open != null; open = open()) {
      List<Change> changes = new ArrayList<>();
      for (Handle handle : open) {
        Look now = Look.at(handle);
        if (now != null && isNews(handle, now))
          changes.add(Change.newBuilder().setNode(handle.node().id()).build());
      }
      if (!changes.isEmpty()) changed.accept(changes);
      if (!rest()) return;
    }
  }

  private synchronized boolean isNews(Handle handle, Look now) {
    Look before = looks.replace(handle, now);
    return before != null && !before.equals(now);
  }

  private static boolean rest() {
    try {
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      return true;
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
    }
    looker.shutdownNow();
    looker.awaitTermination(1, TimeUnit.MINUTES);
  }
}
