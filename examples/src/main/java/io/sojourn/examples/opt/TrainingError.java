package io.sojourn.examples.opt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The mean squared error of a network over a training set, as a function of its weights.
 *
 * <p>The set is cut into a fixed number of parts, whatever the number of threads; a part's sums are
 * added up by one thread, and the parts' sums in the parts' order. So the result has the same bits
 * with any number of threads.
 */
final class TrainingError implements Objective, AutoCloseable {
  private static final int PARTS = 16;

  private final TrainingSet set;
  private final List<Part> parts = new ArrayList<>();
  private final int threads;
  private final ExecutorService pool;

  TrainingError(Network network, TrainingSet set, int threads) {
    this.set = set;
    this.threads = threads;
    // Without a second thread none is started: the caller computes.
    this.pool = Executors.newFixedThreadPool(threads);
    for (int i = 0; i < PARTS; i++) {
      int from = (int) ((long) set.count() * i / PARTS);
      int to = (int) ((long) set.count() * (i + 1) / PARTS);
      parts.add(new Part(network, from, to));
    }
  }

  @Override
  public double evaluate(double[] weights, double[] gradient) {
    parts.forEach(part -> part.weights = weights);
    computeAll();
    double error = 0;
    Arrays.fill(gradient, 0);
    for (Part part : parts) {
      error += part.error;
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += part.gradient[i];
      }
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= set.count();
    }
    return error / set.count();
  }

  private void computeAll() {
    if (threads == 1) {
      parts.forEach(Part::call);
      return;
    }
    try {
      for (Future<?> part : pool.invokeAll(parts)) {
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

  /** A stretch of the training set with its sums. */
  private final class Part implements Callable<Part> {
    private final int from;
    private final int to;
    private final Network.Pass pass;
    private final double[] gradient;
    private double[] weights = {};
    private double error;

    Part(Network network, int from, int to) {
      this.from = from;
      this.to = to;
      this.pass = network.new Pass();
      this.gradient = new double[network.size()];
    }

    @Override
    public Part call() {
      Arrays.fill(gradient, 0);
      error = 0;
      for (int exemplar = from; exemplar < to; exemplar++) {
        error += pass.backward(weights, set, exemplar, gradient);
      }
      return this;
    }
  }
}
