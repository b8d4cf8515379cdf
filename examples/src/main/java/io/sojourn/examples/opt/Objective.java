package io.sojourn.examples.opt;

/** A function of many variables that is to be made small. */
interface Objective {

  /** Returns the value at {@code point}, and writes the gradient there into {@code gradient}. */
  double evaluate(double[] point, double[] gradient);
}
