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
import io.sojourn.protocol.group.Place;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.restore.Company;
import io.sojourn.restore.RestoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;

/** This node's part in running all tasks of a group again. */
final class RestorePart {
  /** More than a restore may last. */
  private static final Duration LOCK_FADES = Duration.ofHours(6);

  private final Restores restores;
  private final GroupSurvivors survivors;
  private final GroupArrivals arrivals;
  private final Operations operations;
  private final GroupLocks locks;
  private final ExecutorService workers;

  RestorePart(
      Restores restores,
      GroupSurvivors survivors,
      GroupArrivals arrivals,
      Operations operations,
      GroupLocks locks,
      ExecutorService workers) {
    this.restores = restores;
    this.survivors = survivors;
    this.arrivals = arrivals;
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
    List<Task> leaving = survivors.leaving(what);
    Stream<GroupOperations.Who> stay =
        what.parts().stream()
            .map(image -> image.manifest().getTask())
            .map(task -> new GroupOperations.Who(task.getId(), task.getName()));
    // Nobody is to revive them here, because they have ended.
    Stream<GroupOperations.Who> leave =
        leaving.stream().map(task -> new GroupOperations.Who(task.id(), task.name()));
    List<GroupOperations.Who> who = Stream.concat(stay, leave).toList();
    try (GroupOperations all = GroupOperations.begin(operations, who, "restore")) {
      last.run();
      survivors.refuse(what, request.getEndLiving());
      Explained.of(() -> arrivals.checked(what));
      List<RelocatedPart> parts =
          what.parts().stream()
              .map(part -> new RelocatedPart(part, arrivals.relocation(part)))
              .toList();
      Connections.Builder ends = Connections.newBuilder().setLimitMillis(limit(what, request));
      parts.forEach(part -> ends.addAllOwn(part.ends()));
      Connections shut = others.exchange(Word.newBuilder().setConnections(ends).build()).getShut();
      // From here on nobody refuses: they agree.
      others.within(Duration.ofMillis(shut.getLimitMillis()));
      if (request.getEndLiving()) report.phase("end tasks", () -> survivors.end(what));
      List<OperationResult> done =
          restored(
              what,
              request,
              parts.stream().map(part -> part.among(shut.getOwnList())).toList(),
              shut,
              others,
              report);
      leaving.forEach(task -> arrivals.left(task.id(), what));
      return done;
    }
  }

  private List<OperationResult> restored(
      GroupRestore what,
      RestoreRequest request,
      List<RelocatedPart> parts,
      Connections shut,
      Exchange others,
      Report report) {
    GroupEnds ends = GroupEnds.ofImages(parts.stream().map(RelocatedPart::manifest).toList());
    try (GroupLock lock = locks.prepare(LOCK_FADES)) {
      lock.shut(ends.here(GroupWords.relocated(shut.getOwnList())));
      forget(ends);
      others.exchange(GroupWords.DONE);
      GroupReturn way = new GroupReturn(parts.size(), lock, others);
      RestoreRequest each = request.toBuilder().setLimitMillis(shut.getLimitMillis()).build();
      report.listener().phaseStarted("restore " + parts.size() + " tasks");
      GroupWork<OperationResult> work =
          new GroupWork<>(workers, new SharedFate(way.rendezvous(), others));
      if (parts.isEmpty()) way.nobody();
      boolean all = work.all(steps(what, parts, each, way));
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
      GroupRestore what, List<RelocatedPart> parts, RestoreRequest each, GroupReturn way) {
    List<GroupWork.Step<OperationResult>> steps = new ArrayList<>();
    for (RelocatedPart part : parts) {
      Company others = way.member(part.task().getName(), part.relocation());
      Place place = what.place(part.task().getId());
      steps.add(
          new GroupWork.Step<>(
              part.task().getName(), () -> restore(part.image(), each, place, others)));
    }
    return steps;
  }

  private OperationResult restore(
      ImageDirectory image, RestoreRequest each, Place place, Company others) {
    OperationResult done =
        Explained.of(
            () ->
                restores.restore(
                    image,
                    each,
                    proposed -> arrivals.incarnation(image, proposed, place),
                    others,
                    new Report(OperationListener.NONE)));
    arrivals.live(image, done.getIncarnation(), place);
    return done;
  }

  /** Without the others it would be alone. */
  private static void end(OperationResult restored) {
    Proc.tree(restored.getPid()).forEach(pid -> Signals.send(pid, Signals.KILL));
  }
}
