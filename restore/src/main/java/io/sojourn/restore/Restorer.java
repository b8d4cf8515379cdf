package io.sojourn.restore;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.Report;

/** Runs a task again from an image: preflight, prepare, restore, verify, run. */
public interface Restorer {
  /**
   * @param incarnation number of the life that begins
   * @param company others that begin to live at the same moment
   * @throws io.sojourn.engine.operation.OperationException nothing runs that did not run before,
   *     and the image is as it was
   */
  RestoreResult restore(
      ImageDirectory image,
      int incarnation,
      RestoreOptions options,
      Company company,
      Report report);
}
