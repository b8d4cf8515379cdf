package io.sojourn.checkpointer;

import io.sojourn.checkpointer.files.FilesOptions;
import java.time.Duration;

/**
 * How an image is to be made.
 *
 * @param stop end the task when the image is there (freeze), instead of letting it run on
 *     (checkpoint)
 * @param collection whether the heap is collected before
 * @param crac call the program's CRaC resources around the stop
 * @param pauseLimit how long the task may stand still
 * @param guardLimit how long to wait for guarded regions, and before for CRaC resources
 * @param ghostLimitBytes the largest deleted but open file that is taken into the image
 * @param files which of the task's files the image remembers
 */
public record CheckpointOptions(
    boolean stop,
    Collection collection,
    boolean crac,
    Duration pauseLimit,
    Duration guardLimit,
    long ghostLimitBytes,
    FilesOptions files) {

  /** In the order of the agent's {@code enum gc_mode}. */
  public enum Collection {
    AUTO,
    FULL,
    NONE
  }

  /** What to put behind a limit's option to be given twice as long. */
  static String twice(Duration limit) {
    return limit.multipliedBy(2).toMillis() + "ms";
  }

  public static final CheckpointOptions FREEZE =
      new CheckpointOptions(
          true,
          Collection.AUTO,
          false,
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          64L << 20,
          FilesOptions.NONE);

  /** A web server that ends in good order waits that long for its requests, as a rule. */
  public static final CheckpointOptions FREEZE_WITH_CALLBACKS =
      new CheckpointOptions(
          true,
          Collection.AUTO,
          true,
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          64L << 20,
          FilesOptions.NONE);
}
