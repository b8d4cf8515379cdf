package io.sojourn.benchmarks;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much is measured, and on what.
 *
 * @param quick only to see that everything works
 * @param wanted rounds that were asked for
 */
record Plan(boolean quick, @Nullable Integer wanted, List<Jdk> jdks, Node node) {
  /** How many rounds, where nothing else was asked for. */
  int rounds(int full) {
    return Objects.requireNonNullElse(wanted, quick ? 1 : full);
  }
}
