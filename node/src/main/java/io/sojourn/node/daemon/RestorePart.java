package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.linux.SocketEnd;
import io.sojourn.engine.network.GroupEnds;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.Exchange;
import io.sojourn.node.group.SharedFate;
import io.sojourn.protocol.group.Connections;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.restore.RestoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** This node's part in running all tasks of a group again. */
final class RestorePart {
  /** More than a restore may last. */
  private static final Duration LOCK_FADES = Duration.ofHours(6);

  private final Restores restores;
  private final GroupSurvivors survivors;
  private final Operations operations;
  private final GroupLocks locks;
  private final ExecutorService workers;

  RestorePart(
      Restores restores,
      GroupSurvivors survivors,
      Operations operations,
      GroupLocks locks,
      ExecutorService workers) {
    this.restores = restores;
    this.survivors = survivors;
    this.operations = operations;
    this.locks = locks;
    this.workers = workers;
  }

  /**
   * @param last is run when nobody else can end or revive them, and may refuse
   * @param others nodes
   */
  List<OperationResult> run(
      GroupRestore what, RestoreRequest request, Runnable last, Exchange others, Report report) {
    List<GroupOperations.Who> who =
        what.parts().stream()
            .map(image -> image.manifest().getTask())
            .map(task -> new GroupOperations.Who(task.getId(), task.getName()))
            .toList();
    try (GroupOperations all = GroupOperations.begin(operations, who, "restore")) {
      last.run();
      survivors.refuse(what, request.getEndLiving());
      GroupEnds ends =
          GroupEnds.ofImages(what.parts().stream().map(ImageDirectory::manifest).toList());
      Connections shut =
          others
              .exchange(
                  Word.newBuilder()
                      .setConnections(
                          GroupWords.of(ends).toBuilder().setLimitMillis(limit(what, request)))
                      .build())
              .getShut();
      // From here on nobody refuses: they agree.
      others.within(Duration.ofMillis(shut.getLimitMillis()));
      if (request.getEndLiving()) report.phase("end tasks", () -> survivors.end(what));
      return restored(what, request, ends, shut, others, report);
    }
  }

  private List<OperationResult> restored(
      GroupRestore what,
      RestoreRequest request,
      GroupEnds ends,
      Connections shut,
      Exchange others,
      Report report) {
    try (GroupLock lock = locks.prepare(LOCK_FADES)) {
      lock.shut(ends.here(GroupWords.sockets(shut.getOwnList())));
      forget(ends);
      others.exchange(GroupWords.DONE);
      GroupReturn way = new GroupReturn(what.parts().size(), lock, others);
      RestoreRequest each = request.toBuilder().setLimitMillis(shut.getLimitMillis()).build();
      report.listener().phaseStarted("restore " + what.parts().size() + " tasks");
      GroupWork<OperationResult> work =
          new GroupWork<>(workers, new SharedFate(way.rendezvous(), others));
      if (what.parts().isEmpty()) way.nobody();
      boolean all = work.all(steps(what, each, way));
      try {
        if (!all) throw work.failure().explained();
        others.exchange(GroupWords.DONE);
      } catch (RuntimeException failed) {
        // They have been let go, and all others were: whoever is silent now may live as well.
        if (!all || !others.lost()) {
          work.done().forEach(RestorePart::end);
          throw failed;
        }
      }
      way.report(report);
      return work.done();
    }
  }

  /** The kernel keeps ends of connections for a minute that processes had which were killed. */
  private static void forget(GroupEnds ends) {
    List<InternetSocket> left = ends.left();
    if (left.isEmpty()) return;
    try (SocketEnd end = SocketEnd.make()) {
      left.forEach(end::of);
    }
  }

  /** Each waits for all others, with whom it shares the processors. */
  private static long limit(GroupRestore what, RestoreRequest request) {
    return request.getLimitMillis() != 0
        ? request.getLimitMillis()
        : what.parts().stream()
            .mapToLong(image -> RestoreOptions.DEFAULT.limitFor(image.bytes()).toMillis())
            .sum();
  }

  private List<GroupWork.Step<OperationResult>> steps(
      GroupRestore what, RestoreRequest each, GroupReturn way) {
    List<GroupWork.Step<OperationResult>> steps = new ArrayList<>();
    for (ImageDirectory image : what.parts()) {
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
