package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.operation.Report;
import java.nio.file.Path;

/**
 * Dumps tasks that are to live on elsewhere. They stand still until the caller says what follows.
 */
public interface Departures {
  /**
   * @param target the image's directory, which must not exist
   * @throws io.sojourn.engine.operation.OperationException the task runs on as before, and no image
   *     was made
   */
  StandingTask depart(
      ControlBlock task, String taskName, Path target, Departure departure, Report report);
}
