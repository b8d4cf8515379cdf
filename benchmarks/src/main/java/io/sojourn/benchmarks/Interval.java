package io.sojourn.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The median of the relative differences of pairs, with its confidence interval of 95 % by the
 * bootstrap: the pairs are drawn anew, with replacement, many times over (Efron, 1979).
 */
record Interval(double median, double low, double high) {
  private static final int DRAWS = 10_000;

  /**
   * @param measured one value a run
   * @param base the value of the run that it is compared with, in the same place
   */
  static Interval of(List<Double> measured, List<Double> base) {
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < base.size(); i++) differences.add(measured.get(i) / base.get(i) - 1);
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
