package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.operation.Report;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Dumps tasks that are to live on elsewhere. They stand still until the caller says what follows.
 */
public interface Departures {
  /**
   * @param target the image's directory, which must not exist
   * @param options of a freeze, without callbacks
   * @throws io.sojourn.engine.operation.OperationException the task runs on as before, and no image
   *     was made
   */
  StandingTask depart(
      ControlBlock task,
      String taskName,
      Path target,
      CheckpointOptions options,
      Departure departure,
      Report report);

  /**
   * Takes a copy of a task's memory that can be sent before it departs. The task stands still for a
   * moment.
   *
   * @param options of the departure to come
   * @return empty where the task, this machine or its kernel do not allow it, or it is not worth it
   * @throws io.sojourn.engine.operation.OperationException the task did not come to a stop
   */
  Optional<PreCopy> preCopy(
      ControlBlock task, String taskName, CheckpointOptions options, Report report);

  /**
   * Begins the image of a task of this node that is dumped on another one.
   *
   * @param target the image's directory, which must not exist
   * @param user of the task
   */
  DistantImage distant(Path target, CheckpointOptions options, ThreadIdentity user);
}
