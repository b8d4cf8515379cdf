package io.sojourn.examples.opt;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads of this program. */
final class Threads implements Workers {
  private final List<Part> parts = new ArrayList<>();
  private final int count;
  private final ExecutorService pool;

  Threads(Network network, TrainingSet set, int count) {
    this.count = count;
    // Without a second thread none is started: the caller computes.
    this.pool = Executors.newFixedThreadPool(count);
    for (int number = 0; number < Part.COUNT; number++) {
      parts.add(new Part(network, set, number));
    }
  }

  @Override
  public void compute(double[] weights, List<Sums> sums) {
    List<Future<?>> begun = new ArrayList<>();
    for (int i = 0; i < Part.COUNT; i++) {
      Part part = parts.get(i);
      Sums own = sums.get(i);
      if (count == 1) {
        part.compute(weights, own);
      } else {
        begun.add(pool.submit(() -> part.compute(weights, own)));
      }
    }
    try {
      for (Future<?> part : begun) {
        part.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("a part of the gradient failed", e);
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
