package io.sojourn.examples.opt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ConjugateGradientTest {

  @Test
  void findsTheMinimumOfRosenbrocksValley() {
    ConjugateGradient descent =
        new ConjugateGradient(ConjugateGradientTest::rosenbrock, new double[] {-1.2, 1});
    for (int i = 0; i < 60; i++) {
      double before = descent.value();
      assertThat(descent.iterate()).isLessThanOrEqualTo(before);
    }
    assertThat(descent.point()).containsExactly(new double[] {1, 1}, within(1e-6));
  }

  @Test
  void staysAtAMinimum() {
    ConjugateGradient descent =
        new ConjugateGradient(ConjugateGradientTest::rosenbrock, new double[] {1, 1});
    assertThat(descent.iterate()).isZero();
    assertThat(descent.point()).containsExactly(1, 1);
  }

  @Test
  void learnsXor() throws IOException {
    double[][] inputs = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    TrainingSet xor = TrainingSet.of(inputs, new double[][] {{0}, {1}, {1}, {0}});
    Network network = new Network(2, 4, 1);
    Threads one = new Threads(network, xor, 1);
    try (TrainingError error = new TrainingError(network, xor.count(), one)) {
      ConjugateGradient training = new ConjugateGradient(error, network.initialWeights(1));
      for (int i = 0; i < 200; i++) {
        training.iterate();
      }
      Network.Pass pass = network.new Pass();
      for (int i = 0; i < 4; i++) {
        double answer = pass.forward(training.point(), xor, i)[0];
        assertThat(answer).isCloseTo(xor.targets()[i], within(0.05));
      }
    }
  }

  private static double rosenbrock(double[] at, double[] gradient) {
    double valley = at[1] - at[0] * at[0];
    gradient[0] = -400 * at[0] * valley - 2 * (1 - at[0]);
    gradient[1] = 200 * valley;
    return 100 * valley * valley + (1 - at[0]) * (1 - at[0]);
  }
}
