package io.sojourn.node.problem;

/** Bytes as messages say them. */
public final class Sizes {
  private static final String[] NAMES = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Sizes() {}

  /** "1.5 GiB". */
  public static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < NAMES.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : "%.1f %s".formatted(value, NAMES[unit]);
  }
}
