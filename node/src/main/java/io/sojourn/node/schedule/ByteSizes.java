package io.sojourn.node.schedule;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as users write them: "64M", "1.5GiB", "4096"; powers of 1024. */
public final class ByteSizes {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?) ?([A-Za-z]*)");

  private ByteSizes() {}

  /**
   * @throws IllegalArgumentException it is none; its message says so
   */
  public static long parse(String text) {
    Matcher parts = SIZE.matcher(text);
    if (!parts.matches()) throw wrong(text);
    String unit = parts.group(2).replaceFirst("(?i)i?B$", "").toUpperCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : "KMGT".indexOf(unit) + 1;
    if (unit.length() > 1 || power == 0 && !unit.isEmpty()) throw wrong(text);
    return Math.round(Double.parseDouble(parts.group(1)) * Math.pow(1024, power));
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no size: write a number and K, M, G or T, as in 64M");
  }
}
