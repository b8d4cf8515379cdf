package io.sojourn.examples.opt;

/**
 * Minimises by conjugate gradients (Polak and Ribière), with a restart along the steepest descent
 * where the direction is no longer one of descent or a search has found nothing.
 */
final class ConjugateGradient {
  private final LineSearch search;
  private final double[] point;
  private final double[] gradient;
  private final double[] direction;
  private LineSearch.Place last;
  private double value;
  private boolean descending;

  ConjugateGradient(Objective objective, double[] start) {
    this.search = new LineSearch(objective, start.length);
    this.point = start.clone();
    this.gradient = new double[start.length];
    this.direction = new double[start.length];
    this.value = objective.evaluate(point, gradient);
    this.last = new LineSearch.Place(1, value, 0);
    restart();
  }

  /** Where the search has come to. */
  double[] point() {
    return point.clone();
  }

  /** The objective there. */
  double value() {
    return value;
  }

  /** Goes one step further, and returns the objective there; it is never higher than before. */
  double iterate() {
    double slope = Vectors.dot(gradient, direction);
    if (!(slope < 0)) {
      restart();
      slope = Vectors.dot(gradient, direction);
    }
    if (slope == 0) {
      return value;
    }
    LineSearch.Place start = new LineSearch.Place(0, value, slope);
    LineSearch.Place end = search.search(point, direction, start, firstStep(slope));
    if (!(end.value() < value)) {
      restart();
      return value;
    }
    last = new LineSearch.Place(end.step(), end.value(), slope);
    value = end.value();
    turn();
    return value;
  }

  /** As far as the last step went down, by the slopes' ratio. */
  private double firstStep(double slope) {
    return descending ? 1 / (1 - slope) : last.step() * Math.min(10, last.slope() / slope);
  }

  private void restart() {
    descending = true;
    for (int i = 0; i < direction.length; i++) {
      direction[i] = -gradient[i];
    }
  }

  private void turn() {
    double[] next = search.gradient();
    double beta =
        Math.max(
            0,
            (Vectors.dot(next, next) - Vectors.dot(next, gradient))
                / Vectors.dot(gradient, gradient));
    for (int i = 0; i < direction.length; i++) {
      direction[i] = beta * direction[i] - next[i];
    }
    System.arraycopy(next, 0, gradient, 0, next.length);
    System.arraycopy(search.point(), 0, point, 0, point.length);
    descending = false;
  }
}
