package io.sojourn.home.deputy;

import java.time.Duration;

/** How long things may take. */
final class DeputyTimes {
  /** For what a deputy does in microseconds once it is scheduled. */
  static final Duration ANSWER = Duration.ofSeconds(10);

  /** Between the end of its connection and the end of its process. */
  static final Duration END = Duration.ofSeconds(2);

  /** How often is looked whether a deputy was stopped. */
  static final Duration LOOK = Duration.ofMillis(100);

  private DeputyTimes() {}
}
