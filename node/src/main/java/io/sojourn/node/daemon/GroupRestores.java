package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.linux.SocketEnd;
import io.sojourn.engine.network.GroupConnections;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.restore.RestoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** Runs all tasks of a group again, from images of one instant. */
final class GroupRestores {
  /** More than a restore may last. */
  private static final Duration LOCK_FADES = Duration.ofHours(6);

  private final Restores restores;
  private final GroupImages images;
  private final GroupSurvivors survivors;
  private final Operations operations;
  private final GroupLocks locks;
  private final ExecutorService workers;

  GroupRestores(
      Restores restores,
      GroupImages images,
      GroupSurvivors survivors,
      Operations operations,
      GroupLocks locks,
      ExecutorService workers) {
    this.restores = restores;
    this.images = images;
    this.survivors = survivors;
    this.operations = operations;
    this.locks = locks;
    this.workers = workers;
  }

  OperationResult run(RestoreRequest request, Caller caller, OperationListener listener) {
    if (!request.getTarget().isEmpty())
      throw OperationException.usage(
          "a task or image and a group were named",
          "name one of them: ckpt restore --group GROUP, or GROUP@NUMBER");
    if (request.getClone() || request.getGiveUp() || !request.getNode().isEmpty())
      throw OperationException.usage(
          "a group is restored where its images were made, as itself",
          "leave --clone, --give-up and --on out");
    return OperationLog.noted(
        "restore group",
        request.getGroup(),
        caller,
        () -> restore(request, caller, new Report(listener)),
        GroupRestores::words);
  }

  private static String words(OperationResult done) {
    return "image %s, %d tasks, total %.1f ms"
        .formatted(done.getGroupImage(), done.getMembersCount(), done.getTotalMillis());
  }

  private OperationResult restore(RestoreRequest request, Caller caller, Report report) {
    return restore(images.find(request.getGroup(), caller), request, report, () -> {});
  }

  /** The images from which a task's whole group can be run again, the newest first. */
  List<GroupImages.Found> imagesWith(String taskId, String group, Caller caller) {
    return images.complete(group, caller).stream().filter(image -> image.has(taskId)).toList();
  }

  /**
   * Without being asked by anybody: one of them has failed, and what the others have done since
   * then is of a future that it has no part in.
   */
  OperationResult again(GroupImages.Found found, String failed, Caller caller) {
    RestoreRequest request =
        RestoreRequest.newBuilder()
            .setGroup(found.name())
            .setEndLiving(true)
            // Whoever read them has seen their end, perhaps; nobody is there to be asked.
            .setStreamsMayBeLost(true)
            .build();
    return OperationLog.noted(
        "restart group",
        found.name(),
        caller,
        () ->
            restore(
                found,
                request,
                new Report(OperationListener.NONE),
                () -> {
                  survivors.refuseUnlessEnded(failed);
                  survivors.refuseNewcomers(found);
                }),
        GroupRestores::words);
  }

  /**
   * @param last is run when nobody else can end or revive them, and may refuse
   */
  private OperationResult restore(
      GroupImages.Found found, RestoreRequest request, Report report, Runnable last) {
    List<GroupOperations.Who> who =
        found.description().getPartsList().stream()
            .map(part -> new GroupOperations.Who(part.getTaskId(), part.getTask()))
            .toList();
    try (GroupOperations all = GroupOperations.begin(operations, who, "restore")) {
      last.run();
      survivors.refuse(found, request.getEndLiving());
      if (request.getEndLiving()) report.phase("end tasks", () -> survivors.end(found));
      return restore(found, request, report);
    }
  }

  private OperationResult restore(GroupImages.Found found, RestoreRequest request, Report report) {
    List<Manifest> manifests = found.parts().stream().map(ImageDirectory::manifest).toList();
    try (GroupLock lock = locks.prepare(LOCK_FADES)) {
      lock.shut(GroupConnections.among(manifests));
      forget(manifests);
      GroupReturn way = new GroupReturn(manifests.size(), lock);
      report.listener().phaseStarted("restore " + manifests.size() + " tasks");
      GroupWork<OperationResult> work = new GroupWork<>(workers, way.rendezvous());
      if (!work.all(steps(found, request, way))) {
        work.done().forEach(GroupRestores::end);
        throw work.failure("group " + found.description().getGroup() + " was not restored");
      }
      way.report(report);
      return Results.ofGroup(
          OperationResult.newBuilder()
              .setGroup(found.description().getGroup())
              .setGroupImage(found.name())
              .addAllMembers(work.done()),
          report);
    }
  }

  /** The kernel keeps ends of connections for a minute that processes had which were killed. */
  private static void forget(List<Manifest> manifests) {
    List<InternetSocket> left = GroupConnections.leftOf(manifests);
    if (left.isEmpty()) return;
    try (SocketEnd end = SocketEnd.make()) {
      left.forEach(end::of);
    }
  }

  private List<GroupWork.Step<OperationResult>> steps(
      GroupImages.Found found, RestoreRequest request, GroupReturn way) {
    List<GroupWork.Step<OperationResult>> steps = new ArrayList<>();
    // Each waits for all others, with whom it shares the processors.
    long limitMillis =
        request.getLimitMillis() != 0
            ? request.getLimitMillis()
            : found.parts().stream()
                .mapToLong(image -> RestoreOptions.DEFAULT.limitFor(image.bytes()).toMillis())
                .sum();
    RestoreRequest each = request.toBuilder().setLimitMillis(limitMillis).build();
    for (ImageDirectory image : found.parts()) {
      String name = image.manifest().getTask().getName();
      Report own = new Report(OperationListener.NONE);
      steps.add(
          new GroupWork.Step<>(name, () -> restores.restore(image, each, way.member(name), own)));
    }
    return steps;
  }

  /** Without the others it would be alone. */
  private static void end(OperationResult restored) {
    Proc.tree(restored.getPid()).forEach(pid -> Signals.send(pid, Signals.KILL));
  }
}
