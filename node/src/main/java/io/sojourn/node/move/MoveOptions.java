package io.sojourn.node.move;

import io.sojourn.restore.RestoreOptions;
import java.time.Duration;

/**
 * @param lazy it runs there first, and its memory follows
 * @param limit give up when the task is not restored after that long; zero: what its size suggests
 * @param homeLostMillis after this time without home its calls fail there; 0: they wait
 * @param keepMillis when the node there is not heard of for so long, its connections are reset at
 *     home; 0: they stay open
 */
public record MoveOptions(boolean lazy, Duration limit, long homeLostMillis, long keepMillis) {
  /** Nothing was said. */
  public static final MoveOptions USUAL = new MoveOptions(false, Duration.ZERO, 0, 0);

  /** How long the restore of an image of that size may take. */
  Duration limitFor(long bytes) {
    return RestoreOptions.limitFor(limit, bytes);
  }
}
