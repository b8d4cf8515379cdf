package io.sojourn.node.daemon;

import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.Exchange;
import io.sojourn.node.group.SharedFate;
import io.sojourn.protocol.group.Tasks;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.OperationResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** This node's part in images of all tasks of a group, of one instant. */
final class CheckpointPart {
  /** By which a lock outlasts what it must: so long a daemon that dies silences tasks. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final Checkpoints checkpoints;
  private final GroupMembers members;
  private final GroupImages images;
  private final ImageCatalog catalog;
  private final Operations operations;
  private final GroupIntents intents;
  private final GroupLocks locks;
  private final ExecutorService workers;

  CheckpointPart(
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

  /**
   * @param uid whose tasks
   * @param others nodes
   */
  List<OperationResult> run(CheckpointRequest request, int uid, Exchange others, Report report) {
    String group = request.getGroup();
    List<GroupOperations.Who> who =
        members.running(group, uid).stream()
            .map(task -> new GroupOperations.Who(task.id(), task.name()))
            .toList();
    try (GroupOperations all = GroupOperations.begin(operations, who, "checkpoint")) {
      // Only now nobody else can end or revive them.
      List<Task> tasks = members.running(group, uid);
      if (tasks.size() != who.size())
        throw OperationException.refused(
            "tasks of group " + group + " have begun or ended just now", "try once more");
      List<Path> targets =
          tasks.stream().map(task -> catalog.repository().next(task.name(), task.id())).toList();
      GroupImage image = others.exchange(describe(group, tasks, targets)).getImage();
      return kept(request, image, tasks, targets, others, report);
    }
  }

  private Word describe(String group, List<Task> tasks, List<Path> targets) {
    Tasks.Builder here = Tasks.newBuilder().setNextNumber(images.next(group));
    for (int at = 0; at < tasks.size(); at++)
      here.addParts(
          GroupImage.Part.newBuilder()
              .setTask(tasks.get(at).name())
              .setTaskId(tasks.get(at).id())
              .setImage(targets.get(at).getFileName().toString()));
    return Word.newBuilder().setTasks(here).build();
  }

  private List<OperationResult> kept(
      CheckpointRequest request,
      GroupImage image,
      List<Task> tasks,
      List<Path> targets,
      Exchange others,
      Report report) {
    intents.begin(GroupImages.nameOf(image), targets);
    List<Report> reports = tasks.stream().map(task -> new Report(OperationListener.NONE)).toList();
    List<CheckpointResult> results;
    try {
      results = made(request, image, tasks, targets, reports, others, report);
    } catch (RuntimeException failed) {
      // What could not be removed now the next daemon removes.
      if (targets.stream().noneMatch(Files::exists)) intents.over(GroupImages.nameOf(image));
      throw failed;
    }
    intents.over(GroupImages.nameOf(image));
    List<OperationResult> done = new ArrayList<>();
    for (int at = 0; at < tasks.size(); at++)
      done.add(checkpoints.made(request, tasks.get(at), results.get(at), reports.get(at)));
    return done;
  }

  private List<CheckpointResult> made(
      CheckpointRequest request,
      GroupImage image,
      List<Task> tasks,
      List<Path> targets,
      List<Report> reports,
      Exchange others,
      Report report) {
    Duration standing = standing(request);
    try (GroupLock lock = locks.prepare(standing.plus(MARGIN))) {
      List<Integer> roots = tasks.stream().map(task -> task.life().orElseThrow().pid()).toList();
      GroupRound round = new GroupRound(image, roots, lock, others, standing);
      report.listener().phaseStarted("checkpoint " + tasks.size() + " tasks");
      GroupWork<CheckpointResult> work =
          new GroupWork<>(workers, new SharedFate(round.rendezvous(), others));
      boolean all = work.all(steps(request, round, tasks, targets, reports));
      try {
        if (!all) throw work.failure().explained();
        // Stored everywhere: from here on it is an image of the group.
        others.exchange(GroupWords.DONE);
      } catch (RuntimeException failed) {
        work.done().forEach(each -> catalog.repository().remove(each.image()));
        throw failed;
      }
      round.report(report);
      return work.done();
    }
  }

  /** What those of other nodes may need to come to a stop, and to be dumped. */
  private static Duration standing(CheckpointRequest request) {
    CheckpointOptions usual =
        request.getCrac() ? CheckpointOptions.FREEZE_WITH_CALLBACKS : CheckpointOptions.FREEZE;
    return orElse(request.getPauseLimitMillis(), usual.pauseLimit())
        .plus(orElse(request.getGuardLimitMillis(), usual.guardLimit()));
  }

  private static Duration orElse(long millis, Duration usual) {
    return millis == 0 ? usual : Duration.ofMillis(millis);
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
}
