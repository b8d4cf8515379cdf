package io.sojourn.examples.opt;

import java.util.Arrays;

/**
 * A stretch of the training set, whose sums are added up by one thread.
 *
 * <p>Into how many the set is cut does not depend on how many threads or programs share them: so
 * neither does a bit of the result.
 */
final class Part {
  /** How many parts a set has. */
  static final int COUNT = 16;

  private final TrainingSet set;
  private final int from;
  private final int to;
  private final Network.Pass pass;

  Part(Network network, TrainingSet set, int number) {
    this.set = set;
    this.from = (int) ((long) set.count() * number / COUNT);
    this.to = (int) ((long) set.count() * (number + 1) / COUNT);
    this.pass = network.new Pass();
  }

  void compute(double[] weights, Sums sums) {
    Arrays.fill(sums.gradient, 0);
    sums.error = 0;
    for (int exemplar = from; exemplar < to; exemplar++) {
      sums.error += pass.backward(weights, set, exemplar, sums.gradient);
    }
  }
}
