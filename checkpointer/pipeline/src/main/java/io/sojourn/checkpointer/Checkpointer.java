package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.operation.Report;
import java.nio.file.Path;

/** Makes images of running tasks: preflight, guard, safepoint, dump, store. */
public interface Checkpointer {
  /**
   * @param task the running task
   * @param taskName as users know it
   * @param target the image's directory, which must not exist
   * @param seat where it runs, and who stays there when it is frozen
   * @param company others that are dumped at the same instant
   * @throws io.sojourn.engine.operation.OperationException the task runs on as before, and no image
   *     was made
   */
  CheckpointResult checkpoint(
      ControlBlock task,
      String taskName,
      Path target,
      CheckpointOptions options,
      Seat seat,
      Company company,
      Report report);
}
