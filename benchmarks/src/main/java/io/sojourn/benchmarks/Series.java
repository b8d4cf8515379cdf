package io.sojourn.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers of the same kind, one a round. */
final class Series {
  private final List<Double> values = new ArrayList<>();

  static Series of(List<Double> values) {
    Series series = new Series();
    series.values.addAll(values);
    return series;
  }

  void add(double value) {
    values.add(value);
  }

  List<Double> values() {
    return List.copyOf(values);
  }

  int size() {
    return values.size();
  }

  double median() {
    return quantile(0.5);
  }

  /** Between the two values that it lies between, in proportion. */
  double quantile(double part) {
    List<Double> sorted = values.stream().sorted().toList();
    if (sorted.isEmpty()) return Double.NaN;
    double place = part * (sorted.size() - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
  }

  /** {@code median (least to largest)}, in one unit. */
  String text(String unit) {
    return String.format(
        Locale.ROOT,
        "%s %s (%s to %s)",
        number(median()),
        unit,
        number(quantile(0)),
        number(quantile(1)));
  }

  /** Three digits, as far as they say something. */
  static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
  }
}
