package io.sojourn.examples.opt;

import java.util.Random;

/**
 * A feed-forward network with one hidden layer, all units logistic.
 *
 * <p>Its weights lie in one array: for each input, then for the bias, the weights to the hidden
 * units; then for each hidden unit and the bias those to the outputs. Loops run along these rows,
 * so that no sum's order is open: floating point is strict, and so is every result.
 *
 * @param inputs width of the input
 * @param hidden hidden units
 * @param outputs width of the output
 */
record Network(int inputs, int hidden, int outputs) {

  /** How many weights there are, biases included. */
  int size() {
    return secondLayer() + (hidden + 1) * outputs;
  }

  private int secondLayer() {
    return (inputs + 1) * hidden;
  }

  /** Small weights to start from. */
  double[] initialWeights(long seed) {
    Random random = new Random(seed);
    double[] weights = new double[size()];
    for (int i = 0; i < weights.length; i++) {
      int fanIn = i < secondLayer() ? inputs : hidden;
      weights[i] = (2 * random.nextDouble() - 1) / Math.sqrt(fanIn);
    }
    return weights;
  }

  /** A place for one thread's intermediate values. */
  final class Pass {
    private final double[] hiddenValues = new double[hidden];
    private final double[] hiddenDeltas = new double[hidden];
    private final double[] outputValues = new double[outputs];
    private final double[] outputDeltas = new double[outputs];

    /** Computes the outputs for one exemplar; the array is this pass's own. */
    double[] forward(double[] weights, TrainingSet set, int exemplar) {
      layer(set.inputs(), exemplar * inputs, inputs, weights, 0, hiddenValues);
      layer(hiddenValues, 0, hidden, weights, secondLayer(), outputValues);
      return outputValues;
    }

    /** Adds the exemplar's gradient to {@code gradient}, and returns half its squared error. */
    double backward(double[] weights, TrainingSet set, int exemplar, double[] gradient) {
      forward(weights, set, exemplar);
      double error = 0;
      for (int o = 0; o < outputs; o++) {
        double value = outputValues[o];
        double difference = value - set.targets()[exemplar * outputs + o];
        error += difference * difference;
        outputDeltas[o] = difference * value * (1 - value);
      }
      for (int h = 0; h < hidden; h++) {
        double sum = 0;
        int row = secondLayer() + h * outputs;
        for (int o = 0; o < outputs; o++) {
          sum += weights[row + o] * outputDeltas[o];
        }
        hiddenDeltas[h] = sum * hiddenValues[h] * (1 - hiddenValues[h]);
      }
      addProducts(set.inputs(), exemplar * inputs, inputs, hiddenDeltas, gradient, 0);
      addProducts(hiddenValues, 0, hidden, outputDeltas, gradient, secondLayer());
      return error / 2;
    }
  }

  private static void layer(
      double[] from, int offset, int width, double[] weights, int first, double[] to) {
    System.arraycopy(weights, first + width * to.length, to, 0, to.length);
    for (int i = 0; i < width; i++) {
      double value = from[offset + i];
      int row = first + i * to.length;
      for (int j = 0; j < to.length; j++) {
        to[j] += weights[row + j] * value;
      }
    }
    for (int j = 0; j < to.length; j++) {
      // StrictMath, not Math: its bits are specified, and the same on every JDK and processor.
      to[j] = 1 / (1 + StrictMath.exp(-to[j]));
    }
  }

  private static void addProducts(
      double[] from, int offset, int width, double[] deltas, double[] gradient, int first) {
    for (int i = 0; i <= width; i++) {
      double value = i < width ? from[offset + i] : 1;
      int row = first + i * deltas.length;
      for (int j = 0; j < deltas.length; j++) {
        gradient[row + j] += value * deltas[j];
      }
    }
  }
}
