package io.sojourn.examples.opt;

/** Sums over arrays, in the order of their elements. */
final class Vectors {
  private Vectors() {}

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Writes {@code point + step * direction} into {@code result}. */
  static void walk(double[] point, double step, double[] direction, double[] result) {
    for (int i = 0; i < result.length; i++) {
      result[i] = point[i] + step * direction[i];
    }
  }
}
