package io.sojourn.engine.files;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Opens, makes and removes files with no more rights than a user has, on a thread of its own: who
 * names files to a daemon of root's must not reach others' through it.
 */
public final class UserThread implements AutoCloseable {
  /** What is to be done. */
  public interface Work<T> {
    T perform() throws IOException;
  }

  private final ThreadIdentity user;
  private final @Nullable ExecutorService thread;
  private boolean prepared;

  private UserThread(ThreadIdentity user, @Nullable ExecutorService thread) {
    this.user = user;
    this.thread = thread;
  }

  /** For root it is the thread that calls. */
  public static UserThread of(ThreadIdentity user) {
    ExecutorService thread =
        user.uid() == 0
            ? null
            : Executors.newSingleThreadExecutor(
                work -> {
                  Thread made = new Thread(work, "files of user " + user.uid());
                  made.setDaemon(true);
                  return made;
                });
    return new UserThread(user, thread);
  }

  public <T> T call(Work<T> work) throws IOException {
    if (thread == null) return work.perform();
    try {
      return thread.submit(() -> asUser(work)).get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException known) throw known;
      if (failed.getCause() instanceof RuntimeException known) throw known;
      throw new IOException(failed.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }

  private <T> T asUser(Work<T> work) throws IOException {
    if (!prepared) ThreadIdentity.prepareThread();
    prepared = true;
    user.take();
    return work.perform();
  }

  /** Does something that gives nothing back. */
  public void run(Deed deed) throws IOException {
    this.<Object>call(
        () -> {
          deed.perform();
          return this;
        });
  }

  /** What is to be done and gives nothing back. */
  public interface Deed {
    void perform() throws IOException;
  }

  @Override
  public void close() {
    if (thread != null) thread.shutdown();
  }
}
