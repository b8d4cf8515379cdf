package io.sojourn.node.daemon;

import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** Images of all tasks of a group, of one instant. */
final class GroupCheckpoints {
  /** What is unsettled is settled a moment later, as a rule. */
  private static final int TRIES = 4;

  /** More than a pause may last. */
  private static final Duration LOCK_FADES = Duration.ofMinutes(10);

  private final Checkpoints checkpoints;
  private final GroupMembers members;
  private final GroupImages images;
  private final ImageCatalog catalog;
  private final Operations operations;
  private final GroupIntents intents;
  private final GroupLocks locks;
  private final ExecutorService workers;

  GroupCheckpoints(
      Checkpoints checkpoints,
      GroupMembers members,
      GroupImages images,
      ImageCatalog catalog,
      Operations operations,
      GroupIntents intents,
      GroupLocks locks,
      ExecutorService workers) {
    this.checkpoints = checkpoints;
    this.members = members;
    this.images = images;
    this.catalog = catalog;
    this.operations = operations;
    this.intents = intents;
    this.locks = locks;
    this.workers = workers;
  }

  OperationResult run(CheckpointRequest request, Caller caller, OperationListener listener) {
    check(request);
    return OperationLog.noted(
        "checkpoint group",
        request.getGroup(),
        caller,
        () -> checkpoint(request, caller, new Report(listener)),
        done ->
            "image %s of %d tasks, pause %.1f ms, total %.1f ms"
                .formatted(
                    done.getGroupImage(),
                    done.getMembersCount(),
                    done.getPauseMillis(),
                    done.getTotalMillis()));
  }

  private static void check(CheckpointRequest request) {
    if (!request.getTask().isEmpty())
      throw OperationException.usage(
          "a task and a group were named", "name one of them: ckpt checkpoint --group GROUP");
    if (request.getThen() != Then.RUN_ON)
      throw OperationException.usage(
          "groups are checkpointed, not frozen", "ckpt checkpoint --group " + request.getGroup());
    if (!request.getDirectory().isEmpty())
      throw OperationException.usage(
          "a group's images lie in the node's repository", "leave -o out");
  }

  private OperationResult checkpoint(CheckpointRequest request, Caller caller, Report report) {
    String group = request.getGroup();
    List<GroupOperations.Who> who =
        members.running(group, request.getWithoutEnded(), caller).stream()
            .map(task -> new GroupOperations.Who(task.id(), task.name()))
            .toList();
    members.refuseElsewhere(group, members.of(group, caller)).forEach(report::warn);
    try (GroupOperations all = GroupOperations.begin(operations, who, "checkpoint")) {
      // Only now nobody else can end or revive them.
      List<Task> tasks = members.running(group, request.getWithoutEnded(), caller);
      if (tasks.size() != who.size())
        throw OperationException.refused(
            "tasks of group " + group + " have begun or ended just now", "try once more");
      List<Path> targets =
          tasks.stream().map(task -> catalog.repository().next(task.name(), task.id())).toList();
      GroupImage image = describe(group, images.next(group, caller), tasks, targets);
      return made(request, image, tasks, targets, report);
    }
  }

  private static GroupImage describe(
      String group, int number, List<Task> tasks, List<Path> targets) {
    GroupImage.Builder image = GroupImage.newBuilder().setGroup(group).setNumber(number);
    for (int at = 0; at < tasks.size(); at++)
      image.addParts(
          GroupImage.Part.newBuilder()
              .setTask(tasks.get(at).name())
              .setTaskId(tasks.get(at).id())
              .setImage(targets.get(at).getFileName().toString()));
    return image.build();
  }

  private OperationResult made(
      CheckpointRequest request,
      GroupImage image,
      List<Task> tasks,
      List<Path> targets,
      Report report) {
    intents.begin(GroupImages.nameOf(image), targets);
    List<Report> reports = new ArrayList<>();
    List<CheckpointResult> results;
    try {
      results = tries(request, image, tasks, targets, reports, report);
    } catch (RuntimeException failed) {
      // What could not be removed now the next daemon removes.
      if (targets.stream().noneMatch(Files::exists)) intents.over(GroupImages.nameOf(image));
      throw failed;
    }
    intents.over(GroupImages.nameOf(image));
    OperationResult.Builder result =
        OperationResult.newBuilder()
            .setGroup(image.getGroup())
            .setGroupImage(GroupImages.nameOf(image));
    for (int at = 0; at < tasks.size(); at++)
      result.addMembers(checkpoints.made(request, tasks.get(at), results.get(at), reports.get(at)));
    return Results.ofGroup(result, report);
  }

  private List<CheckpointResult> tries(
      CheckpointRequest request,
      GroupImage image,
      List<Task> tasks,
      List<Path> targets,
      List<Report> reports,
      Report report) {
    for (int tries = 1; ; tries++) {
      reports.clear();
      tasks.forEach(task -> reports.add(new Report(OperationListener.NONE)));
      try (GroupLock lock = locks.prepare(LOCK_FADES)) {
        GroupRound round =
            new GroupRound(
                image, tasks.stream().map(task -> task.life().orElseThrow().pid()).toList(), lock);
        report.listener().phaseStarted("checkpoint " + tasks.size() + " tasks");
        GroupWork<CheckpointResult> work = new GroupWork<>(workers, round.rendezvous());
        if (work.all(steps(request, round, tasks, targets, reports))) {
          round.report(report);
          return work.done();
        }
        work.done().forEach(each -> discard(each.image()));
        if (!round.unsettled() || tries == TRIES)
          throw work.failure(
              "no image of group %s was made, and all its tasks run on"
                  .formatted(request.getGroup()));
      }
    }
  }

  private List<GroupWork.Step<CheckpointResult>> steps(
      CheckpointRequest request,
      GroupRound round,
      List<Task> tasks,
      List<Path> targets,
      List<Report> reports) {
    List<GroupWork.Step<CheckpointResult>> steps = new ArrayList<>();
    for (int at = 0; at < tasks.size(); at++) {
      Task task = tasks.get(at);
      Path target = targets.get(at);
      Report own = reports.get(at);
      steps.add(
          new GroupWork.Step<>(
              task.name(),
              () -> checkpoints.make(request, task, target, round.member(task.name()), own)));
    }
    return steps;
  }

  private void discard(ImageDirectory image) {
    catalog.repository().remove(image);
  }
}
