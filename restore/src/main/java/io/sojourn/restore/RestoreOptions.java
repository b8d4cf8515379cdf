package io.sojourn.restore;

import io.sojourn.engine.image.FileRules;
import java.time.Duration;

/**
 * @param asClone make a second task of the image, in namespaces of its own
 * @param acceptChangedFiles go on where a file has another content but its old size
 * @param streamsMayBeLost a standard stream whose other end is gone becomes /dev/null
 * @param files what becomes of files that have changed, instead of what was said for the image
 * @param limit give up when the task does not run after that long; zero: what its size suggests
 */
public record RestoreOptions(
    boolean asClone,
    boolean acceptChangedFiles,
    boolean streamsMayBeLost,
    FileRules files,
    Duration limit) {
  public static final RestoreOptions DEFAULT = new RestoreOptions(false, false, false);

  private static final Duration LEAST = Duration.ofSeconds(60);

  /** What the slowest disk reads in a second. */
  private static final long SLOWEST_BYTES = 10 << 20;

  public RestoreOptions(boolean asClone, boolean acceptChangedFiles, boolean streamsMayBeLost) {
    this(asClone, acceptChangedFiles, streamsMayBeLost, FileRules.NONE, Duration.ZERO);
  }

  /** How long an image of that size may take. */
  public Duration limitFor(long bytes) {
    return limitFor(limit, bytes);
  }

  /**
   * The same where nothing else is chosen.
   *
   * @param limit zero: what the size suggests
   */
  public static Duration limitFor(Duration limit, long bytes) {
    return limit.isZero() ? LEAST.plusSeconds(bytes / SLOWEST_BYTES) : limit;
  }
}
