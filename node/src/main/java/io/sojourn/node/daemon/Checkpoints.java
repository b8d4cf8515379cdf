package io.sojourn.node.daemon;

import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Freezes and checkpoints. */
final class Checkpoints {
  private final Engines engines;
  private final TaskLookup tasks;
  private final TaskRegistry registry;
  private final ImageCatalog images;
  private final Operations operations;

  Checkpoints(
      Engines engines,
      TaskLookup tasks,
      TaskRegistry registry,
      ImageCatalog images,
      Operations operations) {
    this.engines = engines;
    this.tasks = tasks;
    this.registry = registry;
    this.images = images;
    this.operations = operations;
  }

  OperationResult run(CheckpointRequest request, Caller caller, OperationListener listener) {
    if (request.getThen() == Then.THEN_UNSPECIFIED || request.getThen() == Then.UNRECOGNIZED)
      throw OperationException.usage("run on or stop was not said", "use another version of ckpt");
    String verb = request.getThen() == Then.STOP ? "freeze" : "checkpoint";
    return OperationLog.noted(
        verb, request.getTask(), caller, () -> run(request, verb, caller, listener));
  }

  private OperationResult run(
      CheckpointRequest request, String verb, Caller caller, OperationListener listener) {
    String id = tasks.find(request.getTask(), caller).id();
    try (var operation = operations.begin(id, request.getTask(), verb)) {
      // Only now nobody else can end or revive it.
      Task task = tasks.find(id, caller);
      Life life = task.life().orElseThrow(() -> doesNotRun(task));
      Path target = target(request.getDirectory(), task, caller);
      Report report = new Report(listener);
      CheckpointResult done =
          engines
              .checkpointer()
              .checkpoint(life.block(), task.name(), target, options(request), report);
      registry.imaged(id, done.image());
      return Results.of(done.image(), report)
          .setTask(task.name())
          .setPauseMillis(done.pauseMillis())
          .setPid(request.getThen() == Then.STOP ? 0 : life.pid())
          .setIncarnation(life.block().incarnation())
          .build();
    }
  }

  private static OperationException doesNotRun(Task task) {
    return OperationException.refused(
        "task "
            + task.title()
            + (task.frozen() ? " is frozen already, in " : " has ended; its newest image is ")
            + task.newest().map(image -> image.name()).orElse("?"),
        "run it again: ckpt restore " + task.id());
  }

  private Path target(String directory, Task task, Caller caller) {
    if (directory.isEmpty()) return images.repository().next(task.name(), task.id());
    // The daemon writes as root: others would make it write wherever they like.
    if (!caller.root())
      throw OperationException.refused(
          "only root may choose the image's directory",
          "leave -o out: ckpt images says where it is");
    Path target = Path.of(directory).normalize();
    if (!target.isAbsolute())
      throw OperationException.usage(target + " is not absolute", "name it from the root on");
    if (Files.exists(target))
      throw OperationException.refused(
          target + " exists already", "name a directory that does not exist");
    return target;
  }

  private static CheckpointOptions options(CheckpointRequest request) {
    CheckpointOptions usual =
        request.getCrac() ? CheckpointOptions.FREEZE_WITH_CALLBACKS : CheckpointOptions.FREEZE;
    return new CheckpointOptions(
        request.getThen() == Then.STOP,
        switch (request.getCollection()) {
          case FULL -> CheckpointOptions.Collection.FULL;
          case NONE -> CheckpointOptions.Collection.NONE;
          default -> CheckpointOptions.Collection.AUTO;
        },
        request.getCrac(),
        orElse(request.getPauseLimitMillis(), usual.pauseLimit()),
        orElse(request.getGuardLimitMillis(), usual.guardLimit()),
        request.getGhostLimitBytes() == 0 ? usual.ghostLimitBytes() : request.getGhostLimitBytes());
  }

  private static Duration orElse(long millis, Duration usual) {
    return millis == 0 ? usual : Duration.ofMillis(millis);
  }
}
