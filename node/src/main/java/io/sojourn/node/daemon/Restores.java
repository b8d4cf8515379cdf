package io.sojourn.node.daemon;

import io.sojourn.engine.image.FileRules;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.archive.Archive;
import io.sojourn.node.archive.Brought;
import io.sojourn.node.move.Door;
import io.sojourn.node.move.Moves;
import io.sojourn.node.supervision.NotYetException;
import io.sojourn.node.supervision.TakenException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.node.MigrateRequest;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Phase;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.restore.Company;
import io.sojourn.restore.RestoreOptions;
import io.sojourn.restore.RestoreResult;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

/** Runs tasks again. */
final class Restores {
  private final Engines engines;
  private final ImageLookup images;
  private final TaskRegistry registry;
  private final Operations operations;
  private final Moves moves;
  private final Migrations migrations;
  private final Door door;
  private final String self;
  private final Archive archive;
  private final Consumer<String> fromCheckpoint;
  private final Ownership ownership;

  /**
   * @param self this node's name
   * @param archive has the files of images that are not here
   * @param fromCheckpoint is told of each task that runs again from a checkpoint
   */
  Restores(
      Engines engines,
      ImageLookup images,
      TaskRegistry registry,
      Operations operations,
      Moves moves,
      Migrations migrations,
      Door door,
      String self,
      Archive archive,
      Consumer<String> fromCheckpoint,
      Ownership ownership) {
    this.ownership = ownership;
    this.fromCheckpoint = fromCheckpoint;
    this.engines = engines;
    this.images = images;
    this.registry = registry;
    this.operations = operations;
    this.moves = moves;
    this.migrations = migrations;
    this.door = door;
    this.self = self;
    this.archive = archive;
  }

  /** On this node, or on the one that is asked for. */
  OperationResult run(RestoreRequest request, Caller caller, OperationListener listener) {
    return Explained.of(() -> runAnywhere(request, caller, listener));
  }

  /**
   * Here, without being asked by anybody.
   *
   * @throws TakenException it is another node's
   * @throws NotYetException nobody can say whether it is
   */
  OperationResult again(RestoreRequest request, Caller caller) {
    return runHere(request, caller, OperationListener.NONE);
  }

  private OperationResult runAnywhere(
      RestoreRequest request, Caller caller, OperationListener listener) {
    if (request.getNode().isEmpty() || request.getNode().equals(self)) {
      if (!request.getClone()) door.refuse();
      return runHere(request, caller, listener);
    }
    if (request.getClone())
      throw OperationException.usage(
          "a clone has no home that it could be away from", "restore it without --on");
    return elsewhere(request, caller, listener);
  }

  /** Its way there begins in its place at home: that holds what peers have sent meanwhile. */
  private OperationResult elsewhere(
      RestoreRequest request, Caller caller, OperationListener listener) {
    String id = images.findFor(request.getTarget(), caller).manifest().getTask().getId();
    moves.ready(request.getNode());
    OperationResult here = runHere(request, caller, listener);
    OperationResult there =
        migrations.run(
            MigrateRequest.newBuilder().setTask(id).setNode(request.getNode()).build(),
            caller,
            listener);
    List<Phase> phases = new ArrayList<>(here.getPhasesList());
    phases.addAll(there.getPhasesList());
    return here.toBuilder()
        .setNode(there.getNode())
        .setIncarnation(there.getIncarnation())
        .setPid(there.getPid())
        .setPauseMillis(here.getPauseMillis() + there.getPauseMillis())
        .setTotalMillis(here.getTotalMillis() + there.getTotalMillis())
        .clearPhases()
        .addAllPhases(phases)
        .addAllWarnings(there.getWarningsList())
        .build();
  }

  private OperationResult runHere(
      RestoreRequest request, Caller caller, OperationListener listener) {
    return OperationLog.noted(
        request.getClone() ? "clone" : "restore",
        request.getTarget(),
        caller,
        () -> {
          ImageDirectory image = images.findFor(request.getTarget(), caller);
          var task = image.manifest().getTask();
          try (var operation = operations.begin(task.getId(), task.getName(), "restore")) {
            return restore(
                image,
                request,
                proposed -> ownership.next(image, proposed),
                Company.ALONE,
                new Report(listener));
          }
        });
  }

  /**
   * Of a task that nobody else works upon.
   *
   * @param life the number of its next life, which nobody else has, from the one that it would have
   *     if nobody else could
   * @param company others that begin to live at the same moment
   */
  OperationResult restore(
      ImageDirectory image,
      RestoreRequest request,
      IntUnaryOperator life,
      Company company,
      Report report) {
    String id = image.manifest().getTask().getId();
    if (!request.getClone()) registry.running(id).ifPresent(task -> refuseSecond(image, task));
    Optional<String> away = request.getClone() ? Optional.empty() : moves.whereIs(id);
    away.ifPresent(node -> refuseUnlessOver(image, node, request.getGiveUp()));
    RestoreOptions options =
        new RestoreOptions(
            request.getClone(),
            request.getAcceptChangedFiles(),
            request.getStreamsMayBeLost(),
            files(request),
            Duration.ofMillis(request.getLimitMillis()));
    int next = Math.max(registry.nextIncarnation(image), moves.incarnation(id) + 1);
    int incarnation = request.getClone() ? next : life.applyAsInt(next);
    RestoreResult done;
    boolean lives = false;
    try (Brought files = archive.bring(image, report)) {
      done =
          (away.isPresent() || moves.frozen().has(id)) && !request.getClone()
              ? besideDeputy(files.image(), incarnation, options, report)
              : engines.restorer().restore(files.image(), incarnation, options, company, report);
      lives = true;
    } finally {
      if (!lives && !request.getClone()) ownership.notStarted(id);
      // Whatever came of this: the life there is not the newest any more.
      if (away.isPresent() && moves.whereIs(id).isEmpty()) registry.lives(id, incarnation);
    }
    OperationResult.Builder result = Results.of(image, report);
    if (request.getClone()) separate(done.pid(), result);
    else {
      registry.revived(image, done.incarnation());
      ownership.begun(id, done.pid(), done.incarnation());
    }
    if (!request.getClone() && image.manifest().getKind() == Manifest.Kind.CHECKPOINT)
      fromCheckpoint.accept(id);
    return result
        .setPauseMillis(done.pauseMillis())
        .setPid(done.pid())
        .setIncarnation(done.incarnation())
        .build();
  }

  private static FileRules files(RestoreRequest request) {
    if (request.getClone() && request.getFilesCount() > 0)
      throw OperationException.usage(
          "a clone's files are those of the task that it is made of, which may live on: none is put"
              + " back",
          "leave --files out");
    try {
      return FileRules.parse(request.getFilesList());
    } catch (IllegalArgumentException wrong) {
      throw OperationException.usage(
          "--files: " + wrong.getMessage(), "write --files=keep, or --files='/var/log/*:keep'");
    }
  }

  /**
   * What is over on another node, or is given up, may live again; home serves the older no more.
   */
  private void refuseUnlessOver(ImageDirectory image, String node, boolean giveUp) {
    var task = image.manifest().getTask();
    if (moves.lost(task.getId()) || (giveUp && moves.silent(task.getId()))) return;
    if (!moves.silent(task.getId())) refuseSecond(image, node);
    throw OperationException.refused(
        "task %s is on node %s, which cannot be reached: it may run there"
            .formatted(task.getName(), node),
        "wait for the node (ckpt nodes), or give up what the task has done since "
            + image.name()
            + " was made: --give-up");
  }

  private RestoreResult besideDeputy(
      ImageDirectory image, int incarnation, RestoreOptions options, Report report) {
    Moves.Moved moved = moves.thaw(image, incarnation, options, report);
    int pid = moves.deputyOf(image.manifest().getTask().getId()).orElse(0);
    return new RestoreResult(pid, moved.incarnation(), moved.pauseMillis());
  }

  /** Two tasks of one id could not be told apart. */
  private void separate(int pid, OperationResult.Builder result) {
    byte[] id = new byte[6];
    new SecureRandom().nextBytes(id);
    result.setTaskId(HexFormat.of().formatHex(id)).setTask(result.getTask() + "-clone");
    registry.separate(pid, result.getTaskId(), result.getTask());
  }

  private static void refuseSecond(ImageDirectory image, String node) {
    throw OperationException.refused(
        "task %s runs on node %s: a restore of %s would be a second life of it"
            .formatted(image.manifest().getTask().getName(), node, image.name()),
        "bring it home (ckpt migrate %s home), or make a second task of the image: --clone"
            .formatted(image.manifest().getTask().getName()));
  }

  private static void refuseSecond(ImageDirectory image, Task task) {
    throw OperationException.refused(
        "task %s runs already, as pid %d: a restore of %s would be a second life of it"
            .formatted(task.title(), task.life().orElseThrow().pid(), image.name()),
        "end it or freeze it first, or make a second task of the image: --clone");
  }
}
