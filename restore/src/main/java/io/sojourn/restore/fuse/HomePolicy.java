package io.sojourn.restore.fuse;

import java.time.Duration;
import java.util.Optional;

/**
 * What a task's calls do while home cannot be reached: wait.
 *
 * @param failAfter after this time they fail with EIO until home is back, but for reads, which may
 *     be of a page that the program has mapped; empty: they wait for ever
 */
public record HomePolicy(Optional<Duration> failAfter) {
  public static final HomePolicy WAIT = new HomePolicy(Optional.empty());
}
