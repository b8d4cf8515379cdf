package io.sojourn.home.files;

import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.files.ThreadWake;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that do one guest's calls. They are never lent to anybody else. */
final class Workers {
  private static final int BUSY = 8;
  private static final int WAITING = 256;

  private final Set<Integer> threads = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor busy =
      new ThreadPoolExecutor(BUSY, BUSY, 30, TimeUnit.SECONDS, new AlertQueue(), this::thread);
  private final ThreadPoolExecutor waiting =
      new ThreadPoolExecutor(
          0, WAITING, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), this::thread);

  Workers() {
    busy.allowCoreThreadTimeOut(true);
  }

  /** Their numbers, as the kernel has them. */
  Set<Integer> threads() {
    return threads;
  }

  Executor busy() {
    return busy;
  }

  /**
   * For calls that may take as long as somebody holds a lock.
   *
   * @throws RejectedExecutionException where too many wait already
   */
  Executor waiting() {
    return waiting;
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(() -> prepared(work), "files");
    thread.setDaemon(true);
    return thread;
  }

  private void prepared(Runnable work) {
    int number = ThreadWake.currentThread();
    threads.add(number);
    try {
      ThreadIdentity.prepareThread();
      work.run();
    } finally {
      threads.remove(number);
    }
  }

  /** Ends them when what is under way is done. */
  void close() throws InterruptedException {
    busy.shutdown();
    waiting.shutdown();
    busy.awaitTermination(10, TimeUnit.SECONDS);
    waiting.awaitTermination(10, TimeUnit.SECONDS);
  }
}
