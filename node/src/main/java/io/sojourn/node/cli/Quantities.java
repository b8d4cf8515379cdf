package io.sojourn.node.cli;

import io.sojourn.node.schedule.ByteSizes;
import io.sojourn.node.schedule.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times and sizes as users write them. */
final class Quantities {
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
      try {
        return ByteSizes.parse(text);
      } catch (IllegalArgumentException wrong) {
        throw new TypeConversionException(wrong.getMessage());
      }
    }
  }
}
