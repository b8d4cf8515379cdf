package io.sojourn.node.cli;

import io.sojourn.node.schedule.Durations;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times and sizes as users write them. */
final class Quantities {
  private static final Pattern QUANTITY =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?) ?([A-Za-z]*)");

  private Quantities() {}

  /** "15s", "500ms", "1.5m"; a unit must be there. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException wrong) {
        throw new TypeConversionException(wrong.getMessage());
      }
    }
  }

  /** "64M", "1.5GiB", "4096"; powers of 1024. */
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      Matcher parts = QUANTITY.matcher(text);
      if (!parts.matches()) throw wrong(text);
      String unit = parts.group(2).replaceFirst("(?i)i?B$", "").toUpperCase(java.util.Locale.ROOT);
      int power = unit.isEmpty() ? 0 : "KMGT".indexOf(unit) + 1;
      if (unit.length() > 1 || power == 0 && !unit.isEmpty()) throw wrong(text);
      return Math.round(Double.parseDouble(parts.group(1)) * Math.pow(1024, power));
    }

    private static TypeConversionException wrong(String text) {
      return new TypeConversionException(
          "'" + text + "' is no size: write a number and K, M, G or T, as in 64M");
    }
  }
}
