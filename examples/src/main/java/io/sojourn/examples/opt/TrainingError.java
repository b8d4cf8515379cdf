package io.sojourn.examples.opt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The mean squared error of a network over a training set, as a function of its weights.
 *
 * <p>The parts' sums are added up in the parts' order, whoever was ready first: so the result has
 * the same bits with any number of threads or slaves.
 */
final class TrainingError implements Objective, AutoCloseable {
  private final int exemplars;
  private final Workers workers;
  private final List<Sums> parts;

  TrainingError(Network network, int exemplars, Workers workers) {
    this.exemplars = exemplars;
    this.workers = workers;
    this.parts = Stream.generate(() -> new Sums(network.size())).limit(Part.COUNT).toList();
  }

  @Override
  public double evaluate(double[] weights, double[] gradient) {
    try {
      workers.compute(weights, parts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    double error = 0;
    Arrays.fill(gradient, 0);
    for (Sums part : parts) {
      error += part.error;
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += part.gradient[i];
      }
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= exemplars;
    }
    return error / exemplars;
  }

  @Override
  public void close() throws IOException {
    workers.close();
  }
}
