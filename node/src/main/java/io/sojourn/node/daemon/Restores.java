package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.restore.RestoreOptions;
import io.sojourn.restore.RestoreResult;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Runs tasks again. */
final class Restores {
  private final Engines engines;
  private final ImageLookup images;
  private final TaskRegistry registry;
  private final Operations operations;
  private final Consumer<String> fromCheckpoint;

  /**
   * @param fromCheckpoint is told of each task that runs again from a checkpoint
   */
  Restores(
      Engines engines,
      ImageLookup images,
      TaskRegistry registry,
      Operations operations,
      Consumer<String> fromCheckpoint) {
    this.fromCheckpoint = fromCheckpoint;
    this.engines = engines;
    this.images = images;
    this.registry = registry;
    this.operations = operations;
  }

  OperationResult run(RestoreRequest request, Caller caller, OperationListener listener) {
    return OperationLog.noted(
        request.getClone() ? "clone" : "restore",
        request.getTarget(),
        caller,
        () -> {
          ImageDirectory image = images.findFor(request.getTarget(), caller);
          var task = image.manifest().getTask();
          try (var operation = operations.begin(task.getId(), task.getName(), "restore")) {
            return restore(image, request, listener);
          }
        });
  }

  private OperationResult restore(
      ImageDirectory image, RestoreRequest request, OperationListener listener) {
    String id = image.manifest().getTask().getId();
    if (!request.getClone()) registry.running(id).ifPresent(task -> refuseSecond(image, task));
    Report report = new Report(listener);
    RestoreResult done =
        engines
            .restorer()
            .restore(
                image,
                registry.nextIncarnation(image),
                new RestoreOptions(
                    request.getClone(),
                    request.getAcceptChangedFiles(),
                    request.getStreamsMayBeLost(),
                    Duration.ofMillis(request.getLimitMillis())),
                report);
    OperationResult.Builder result = Results.of(image, report);
    if (request.getClone()) separate(done.pid(), result);
    else registry.revived(image, done.incarnation());
    if (!request.getClone() && image.manifest().getKind() == Manifest.Kind.CHECKPOINT)
      fromCheckpoint.accept(id);
    return result
        .setPauseMillis(done.pauseMillis())
        .setPid(done.pid())
        .setIncarnation(done.incarnation())
        .build();
  }

  /** Two tasks of one id could not be told apart. */
  private void separate(int pid, OperationResult.Builder result) {
    byte[] id = new byte[6];
    new SecureRandom().nextBytes(id);
    result.setTaskId(HexFormat.of().formatHex(id)).setTask(result.getTask() + "-clone");
    registry.separate(pid, result.getTaskId(), result.getTask());
  }

  private static void refuseSecond(ImageDirectory image, Task task) {
    throw OperationException.refused(
        "task %s runs already, as pid %d: a restore of %s would be a second life of it"
            .formatted(task.title(), task.life().orElseThrow().pid(), image.name()),
        "end it or freeze it first, or make a second task of the image: --clone");
  }
}
