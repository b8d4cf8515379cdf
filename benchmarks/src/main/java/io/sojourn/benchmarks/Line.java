package io.sojourn.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The straight line with the least squares through points. */
record Line(double start, double slope) {
  static <T> Line through(List<T> points, ToDoubleFunction<T> x, ToDoubleFunction<T> y) {
    double meanX = points.stream().mapToDouble(x).average().orElse(0);
    double meanY = points.stream().mapToDouble(y).average().orElse(0);
    double products = 0;
    double squares = 0;
    for (T point : points) {
      double away = x.applyAsDouble(point) - meanX;
      products += away * (y.applyAsDouble(point) - meanY);
      squares += away * away;
    }
    double slope = squares == 0 ? 0 : products / squares;
    return new Line(meanY - slope * meanX, slope);
  }
}
