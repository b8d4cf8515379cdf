package io.sojourn.examples.opt;

/** What a part of the training set adds to the error and its gradient. */
final class Sums {
  final double[] gradient;
  double error;

  Sums(int weights) {
    gradient = new double[weights];
  }
}
