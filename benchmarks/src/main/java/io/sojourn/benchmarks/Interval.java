package io.sojourn.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The median of relative differences, with its confidence interval of 95 % by the bootstrap: they
 * are drawn anew, with replacement, many times over (Efron, 1979).
 */
record Interval(double median, double low, double high) {
  private static final int DRAWS = 10_000;

  /**
   * @param differences one a run
   */
  static Interval of(List<Double> differences) {
    Random random = new Random(1);
    Series medians = new Series();
    for (int i = 0; i < DRAWS; i++) {
      Series drawn = new Series();
      for (int k = 0; k < differences.size(); k++)
        drawn.add(differences.get(random.nextInt(differences.size())));
      medians.add(drawn.median());
    }
    return new Interval(
        Series.of(differences).median(), medians.quantile(0.025), medians.quantile(0.975));
  }

  /** In percent. */
  String text() {
    return String.format(
        Locale.ROOT, "%+.2f %% (%+.2f to %+.2f)", 100 * median, 100 * low, 100 * high);
  }
}
