package io.sojourn.examples.opt;

/**
 * Finds how far to go along a direction: a step that meets the strong Wolfe conditions (Nocedal and
 * Wright, Numerical Optimization, 2nd edition, algorithms 3.5 and 3.6, with cubic interpolation).
 */
final class LineSearch {
  private static final double DECREASE = 1e-4;
  private static final double CURVATURE = 0.1;
  private static final int EVALUATIONS = 20;

  private final Objective objective;
  private final double[] point;
  private final double[] gradient;
  private double[] from = {};
  private double[] direction = {};

  /**
   * A place on the line.
   *
   * @param step how far along the direction
   * @param value of the objective
   * @param slope of the objective along the direction
   */
  record Place(double step, double value, double slope) {}

  LineSearch(Objective objective, int size) {
    this.objective = objective;
    this.point = new double[size];
    this.gradient = new double[size];
  }

  /** The point at the place that the last search returned. */
  double[] point() {
    return point;
  }

  /** The gradient there. */
  double[] gradient() {
    return gradient;
  }

  /**
   * Searches from a point.
   *
   * @param start the place at step 0; its slope must be negative
   * @param firstStep the first step to try
   * @return where it ended; at step 0 when nothing lower was found
   */
  Place search(double[] fromPoint, double[] along, Place start, double firstStep) {
    from = fromPoint;
    direction = along;
    Place low = start;
    double step = firstStep;
    for (int i = 0; i < EVALUATIONS; i++) {
      Place place = evaluate(step);
      if (!decreases(place, start) || (i > 0 && place.value() >= low.value())) {
        return narrow(start, low, place, EVALUATIONS - i);
      }
      if (isFlat(place, start)) {
        return place;
      }
      if (place.slope() >= 0) {
        return narrow(start, place, low, EVALUATIONS - i);
      }
      low = place;
      step *= 3;
    }
    return low;
  }

  private Place narrow(Place start, Place lowest, Place other, int evaluations) {
    Place low = lowest;
    Place high = other;
    for (int i = 0; i < evaluations; i++) {
      Place place = evaluate(between(low, high));
      if (!decreases(place, start) || place.value() >= low.value()) {
        high = place;
      } else {
        if (isFlat(place, start)) {
          return place;
        }
        if (place.slope() * (high.step() - low.step()) >= 0) {
          high = low;
        }
        low = place;
      }
    }
    // The buffers hold the place tried last, the result must be the lowest.
    return evaluate(low.step());
  }

  private Place evaluate(double step) {
    Vectors.walk(from, step, direction, point);
    double value = objective.evaluate(point, gradient);
    return new Place(step, value, Vectors.dot(gradient, direction));
  }

  private static boolean decreases(Place place, Place start) {
    return place.value() <= start.value() + DECREASE * place.step() * start.slope();
  }

  private static boolean isFlat(Place place, Place start) {
    return Math.abs(place.slope()) <= -CURVATURE * start.slope();
  }

  /** The minimum of the cubic through both places; well inside, or the middle. */
  private static double between(Place low, Place high) {
    double width = high.step() - low.step();
    double d1 = low.slope() + high.slope() - 3 * (high.value() - low.value()) / width;
    double d2 = Math.copySign(Math.sqrt(d1 * d1 - low.slope() * high.slope()), width);
    double part = 1 - (high.slope() + d2 - d1) / (high.slope() - low.slope() + 2 * d2);
    // Also where the square root is of a negative number: no comparison with NaN holds.
    return low.step() + width * (part > 0.1 && part < 0.9 ? part : 0.5);
  }
}
