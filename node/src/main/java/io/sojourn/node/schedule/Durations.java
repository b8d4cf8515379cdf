package io.sojourn.node.schedule;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as users write them. */
public final class Durations {
  private static final Pattern QUANTITY =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?) ?([A-Za-z]*)");

  private Durations() {}

  /**
   * @param text "15s", "500ms", "1.5m"; a unit must be there
   * @throws IllegalArgumentException it is none, or not from 1 ms to 596 h; its message says so
   */
  public static Duration parse(String text) {
    Matcher parts = QUANTITY.matcher(text);
    if (!parts.matches()) throw wrong(text);
    double millis =
        Double.parseDouble(parts.group(1))
            * switch (parts.group(2)) {
              case "ms" -> 1;
              case "s" -> 1_000;
              case "m", "min" -> 60_000;
              case "h" -> 3_600_000;
              default -> throw wrong(text);
            };
    if (millis < 1 || millis > Integer.MAX_VALUE)
      throw new IllegalArgumentException("'" + text + "' is not from 1ms to 596h");
    return Duration.ofMillis(Math.round(millis));
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no time: write a number and ms, s, m or h, as in 15s");
  }

  /** The shortest that {@link #parse} takes for the same: "90s", "5m", "1h". */
  public static String text(long millis) {
    if (millis % 3_600_000 == 0) return millis / 3_600_000 + "h";
    if (millis % 60_000 == 0) return millis / 60_000 + "m";
    if (millis % 1_000 == 0) return millis / 1_000 + "s";
    if (millis < 10_000) return millis + "ms";
    return millis < 120_000
        ? String.format(Locale.ROOT, "%.1fs", millis / 1e3)
        : String.format(Locale.ROOT, "%.1fm", millis / 6e4);
  }
}
