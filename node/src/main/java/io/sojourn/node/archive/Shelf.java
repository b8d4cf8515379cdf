package io.sojourn.node.archive;

import io.sojourn.engine.image.ImageDirectory;
import java.util.List;

/** The images whose files are here, as the archive sees them. */
public interface Shelf {
  /** All of them, the oldest first. */
  List<ImageDirectory> images();

  /** Whether its files stay here though it is stored: somebody may want them soon. */
  boolean wanted(ImageDirectory image);

  /**
   * Removes the files of one that is stored.
   *
   * @throws io.sojourn.engine.operation.OperationException somebody uses them
   */
  void drop(ImageDirectory image);
}
