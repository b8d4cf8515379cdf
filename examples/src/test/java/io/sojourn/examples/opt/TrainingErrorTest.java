package io.sojourn.examples.opt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TrainingErrorTest {
  private static final Network NETWORK = new Network(5, 4, 3);
  private static final TrainingSet SET = TrainingSet.generate(7, 50, 5, 3);

  private static TrainingError error(int threads) {
    return new TrainingError(NETWORK, SET.count(), new Threads(NETWORK, SET, threads));
  }

  @Test
  void theGradientIsTheLimitOfFiniteDifferences() throws IOException {
    double[] weights = NETWORK.initialWeights(3);
    double[] gradient = new double[weights.length];
    double[] ignored = new double[weights.length];
    double step = 1e-6;
    try (TrainingError error = error(1)) {
      error.evaluate(weights, gradient);
      for (int i = 0; i < weights.length; i++) {
        double weight = weights[i];
        weights[i] = weight + step;
        double above = error.evaluate(weights, ignored);
        weights[i] = weight - step;
        double below = error.evaluate(weights, ignored);
        weights[i] = weight;
        assertThat(gradient[i]).isCloseTo((above - below) / (2 * step), within(1e-9));
      }
    }
  }

  @Test
  void hasTheSameBitsWithAnyNumberOfThreads() throws IOException {
    double[] weights = NETWORK.initialWeights(3);
    double[] alone = new double[weights.length];
    double[] together = new double[weights.length];
    try (TrainingError one = error(1);
        TrainingError five = error(5)) {
      assertThat(five.evaluate(weights, together)).isEqualTo(one.evaluate(weights, alone));
    }
    assertThat(together).containsExactly(alone);
  }
}
