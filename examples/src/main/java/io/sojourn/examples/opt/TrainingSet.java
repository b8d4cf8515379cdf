package io.sojourn.examples.opt;

import java.util.Random;

/** Exemplars: what the network is shown, and what it should answer. */
final class TrainingSet {
  private static final double NOISE = 3;
  private static final double MISLABELLED = 0.1;

  private final int count;
  private final double[] inputs;
  private final double[] targets;

  private TrainingSet(int count, double[] inputs, double[] targets) {
    this.count = count;
    this.inputs = inputs;
    this.targets = targets;
  }

  /** Puts rows together. */
  static TrainingSet of(double[][] inputs, double[][] targets) {
    return new TrainingSet(inputs.length, joined(inputs), joined(targets));
  }

  /**
   * Makes noisy copies of one prototype a class, some of them with a wrong label, so that no
   * network tells all of them apart, and training has something to do up to its last iteration.
   *
   * <p>{@link Random}'s numbers are fixed by its specification, so every JDK makes the same set.
   */
  static TrainingSet generate(long seed, int count, int inputWidth, int classes) {
    Random random = new Random(seed);
    double[][] prototypes = new double[classes][inputWidth];
    for (double[] prototype : prototypes) {
      for (int i = 0; i < inputWidth; i++) {
        prototype[i] = 2 * random.nextDouble() - 1;
      }
    }
    double[] inputs = new double[Math.multiplyExact(count, inputWidth)];
    double[] targets = new double[Math.multiplyExact(count, classes)];
    for (int exemplar = 0; exemplar < count; exemplar++) {
      int kind = exemplar % classes;
      for (int i = 0; i < inputWidth; i++) {
        double noise = NOISE * (2 * random.nextDouble() - 1);
        inputs[exemplar * inputWidth + i] = prototypes[kind][i] + noise;
      }
      boolean mislabelled = random.nextDouble() < MISLABELLED;
      int label = mislabelled ? random.nextInt(classes) : kind;
      targets[exemplar * classes + label] = 1;
    }
    return new TrainingSet(count, inputs, targets);
  }

  /** How many exemplars there are. */
  int count() {
    return count;
  }

  /** A row of input values an exemplar, one after the other. */
  double[] inputs() {
    return inputs;
  }

  /** A row of wanted outputs an exemplar. */
  double[] targets() {
    return targets;
  }

  private static double[] joined(double[][] rows) {
    int width = rows[0].length;
    double[] joined = new double[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, joined, i * width, width);
    }
    return joined;
  }
}
