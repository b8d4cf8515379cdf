package io.sojourn.node.demo;

import java.time.Duration;

/**
 * How long the story is.
 *
 * @param away how long the database server is frozen each time; more than the second from which on
 *     its client tells of a call
 * @param between how long the client works undisturbed before and after
 * @param iterations of the training
 */
public record Length(Duration away, Duration between, int iterations) {
  public static final Length FULL = new Length(Duration.ofSeconds(10), Duration.ofSeconds(2), 120);
  public static final Length SHORT = new Length(Duration.ofSeconds(2), Duration.ofMillis(500), 30);

  int checkpointAt() {
    return iterations / 3;
  }

  int killAt() {
    return iterations / 2;
  }
}
