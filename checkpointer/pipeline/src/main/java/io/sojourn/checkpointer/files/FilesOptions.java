package io.sojourn.checkpointer.files;

import io.sojourn.engine.image.FileRules;
import java.util.List;

/**
 * Which files an image remembers.
 *
 * @param remember whether any
 * @param rules what is to become of which; of whom they say nothing, those are put back
 * @param volumes absolute directories of which everything is remembered
 * @param limitBytes how much of files may be copied for one image, where the file system cannot
 *     share it
 */
public record FilesOptions(
    boolean remember, FileRules rules, List<String> volumes, long limitBytes) {
  public static final long USUAL_LIMIT = 256L << 20;

  public static final FilesOptions NONE =
      new FilesOptions(false, FileRules.NONE, List.of(), USUAL_LIMIT);

  /** What the task writes, and nothing else. */
  public static final FilesOptions USUAL =
      new FilesOptions(true, FileRules.NONE, List.of(), USUAL_LIMIT);
}
