package io.sojourn.node.daemon;

import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.checkpointer.Company;
import io.sojourn.checkpointer.files.FilesOptions;
import io.sojourn.engine.image.FileRules;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.move.MoveOptions;
import io.sojourn.node.move.Moves;
import io.sojourn.node.move.Place;
import io.sojourn.node.schedule.FileWishes;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Freezes and checkpoints. */
final class Checkpoints {
  private final Engines engines;
  private final TaskLookup tasks;
  private final TaskRegistry registry;
  private final ImageCatalog images;
  private final Operations operations;
  private final Moves moves;
  private final Runnable made;

  /**
   * @param made is run when there is one more image
   */
  Checkpoints(
      Engines engines,
      TaskLookup tasks,
      TaskRegistry registry,
      ImageCatalog images,
      Operations operations,
      Moves moves,
      Runnable made) {
    this.engines = engines;
    this.tasks = tasks;
    this.registry = registry;
    this.images = images;
    this.operations = operations;
    this.moves = moves;
    this.made = made;
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
      Report report = new Report(listener);
      Optional<String> away = moves.whereIs(task.id());
      if (away.isPresent() && request.getThen() == Then.RUN_ON)
        return distant(request, task, away.get(), caller, report);
      if (away.isPresent()) task = comeHome(task, caller, report);
      if (!task.runs()) throw doesNotRun(task);
      Path target = target(request.getDirectory(), task, caller);
      CheckpointResult done = make(request, task, target, Company.ALONE, report);
      return made(request, task, done, report);
    }
  }

  /** It is dumped where it is, and runs on there. */
  private OperationResult distant(
      CheckpointRequest request, Task task, String node, Caller caller, Report report) {
    reachable(task, node);
    if (request.getCrac())
      throw OperationException.refused(
          "task " + task.title() + " is on node " + node + ": its CRaC resources cannot be called",
          "bring it home first: ckpt migrate " + task.id() + " home; or leave --crac out");
    Path target = target(request.getDirectory(), task, caller);
    CheckpointResult done =
        moves.checkpoint(
            task.id(), target, options(request, moves.agentOptions(task.id())), report);
    registry.imaged(task.id(), done.image());
    made.run();
    return Results.of(done.image(), report)
        .setTask(task.name())
        .setNode(node)
        .setPauseMillis(done.pauseMillis())
        .setPid(moves.deputyOf(task.id()).orElse(0))
        .setIncarnation(moves.incarnation(task.id()))
        .build();
  }

  /** What it is frozen with is at home. */
  private Task comeHome(Task task, Caller caller, Report report) {
    reachable(task, moves.whereIs(task.id()).orElse(""));
    int next = Math.max(registry.incarnation(task.id()), moves.incarnation(task.id())) + 1;
    registry.lives(task.id(), moves.home(task.id(), next, MoveOptions.USUAL, report).incarnation());
    return tasks.find(task.id(), caller);
  }

  private void reachable(Task task, String node) {
    if (moves.lost(task.id()))
      throw OperationException.refused(
          "task " + task.title() + " is lost: node " + node + " does not have it any more",
          "run it again from its last image: ckpt restore " + task.id());
    if (moves.silent(task.id()))
      throw OperationException.refused(
          "task " + task.title() + " is on node " + node + ", which cannot be reached",
          "wait for the node: ckpt nodes");
  }

  /** Makes an image of a task that runs, and of which nobody makes another; notes nothing. */
  CheckpointResult make(
      CheckpointRequest request, Task task, Path target, Company company, Report report) {
    Life life = task.life().orElseThrow();
    try (Place place = place(request, task.id())) {
      return engines
          .checkpointer()
          .checkpoint(
              life.block(),
              task.name(),
              target,
              options(request, life.block().options()),
              place.seat(),
              company,
              report);
    }
  }

  /** Notes that it is there, and says so. */
  OperationResult made(CheckpointRequest request, Task task, CheckpointResult done, Report report) {
    Life life = task.life().orElseThrow();
    registry.imaged(task.id(), done.image());
    made.run();
    int deputy = moves.deputyOf(task.id()).orElse(0);
    boolean stopped = request.getThen() == Then.STOP;
    return Results.of(done.image(), report)
        .setTask(task.name())
        .setPauseMillis(done.pauseMillis())
        .setPid(stopped ? 0 : deputy > 0 ? deputy : life.pid())
        .setDeputyPid(stopped ? deputy : 0)
        .setIncarnation(life.block().incarnation())
        .build();
  }

  private Place place(CheckpointRequest request, String id) {
    // One that is frozen by itself ends, as it has asked for.
    boolean keep = request.getThen() == Then.STOP && !request.getWithoutDeputy();
    return request.getThen() == Then.STOP ? moves.place(id, keep) : moves.placeOf(id);
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

  /** What a request says of files. */
  static FileWishes wishes(CheckpointRequest request) {
    return new FileWishes(
        request.getFilesList(), request.getVolumesList(), request.getFilesLimitBytes());
  }

  /** Others have no reason to change a frozen task's files: they are remembered on request only. */
  private static FilesOptions files(CheckpointRequest request, String agentOptions) {
    FileWishes asked = wishes(request);
    if (request.getThen() == Then.STOP && asked.none()) return FilesOptions.NONE;
    FileWishes wishes = FileWishes.ofAgent(agentOptions).and(asked);
    try {
      return new FilesOptions(
          true,
          FileRules.parse(wishes.rules()),
          wishes.volumes(),
          wishes.limitBytes() == 0 ? FilesOptions.USUAL_LIMIT : wishes.limitBytes());
    } catch (IllegalArgumentException wrong) {
      throw OperationException.usage(
          "--files: " + wrong.getMessage(), "write --files=keep, or --files='/var/log/*:keep'");
    }
  }

  private static CheckpointOptions options(CheckpointRequest request, String agentOptions) {
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
        request.getGhostLimitBytes() == 0 ? usual.ghostLimitBytes() : request.getGhostLimitBytes(),
        files(request, agentOptions));
  }

  private static Duration orElse(long millis, Duration usual) {
    return millis == 0 ? usual : Duration.ofMillis(millis);
  }
}
