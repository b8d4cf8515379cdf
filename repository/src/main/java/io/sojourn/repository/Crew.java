package io.sojourn.repository;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * A few threads, and work for them that comes one after another: results are taken in order, and
 * not more is begun than they can hold. For one giver.
 */
final class Crew<T> implements Closeable {
  /** More than that the memory of a small daemon would feel. */
  private static final int MOST = 4;

  private final int threads = Math.min(MOST, Runtime.getRuntime().availableProcessors());
  private final ExecutorService workers = Executors.newFixedThreadPool(threads);
  private final Deque<Future<T>> underway = new ArrayDeque<>();
  private final Consumer<T> results;

  Crew(Consumer<T> results) {
    this.results = results;
  }

  /**
   * Gives one more piece of work; waits where all have enough.
   *
   * @throws IOException an earlier one failed so
   */
  void give(Callable<T> work) throws IOException {
    if (underway.size() > threads) take();
    underway.add(workers.submit(work));
  }

  /** Waits for all. */
  void finish() throws IOException {
    while (!underway.isEmpty()) take();
  }

  private void take() throws IOException {
    try {
      results.accept(underway.remove().get());
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException reason) throw reason;
      if (failed.getCause() instanceof RuntimeException bug) throw bug;
      throw new IOException(failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    }
  }

  /** Ends its threads; what is under way does not matter to anybody any more. */
  @Override
  public void close() {
    workers.shutdownNow();
  }
}
