package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.RemotePart;
import io.sojourn.protocol.group.BeginRestore;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;

/** Runs all tasks of a group again, from images of one instant, each on the node of its part. */
final class GroupRestores {
  private final RestorePart part;
  private final GroupImages images;
  private final GroupSurvivors survivors;
  private final GroupNodes nodes;
  private final GroupCalls calls;
  private final ExecutorService workers;

  /**
   * @param part this node's
   */
  GroupRestores(
      RestorePart part,
      GroupImages images,
      GroupSurvivors survivors,
      GroupNodes nodes,
      GroupCalls calls,
      ExecutorService workers) {
    this.part = part;
    this.images = images;
    this.survivors = survivors;
    this.nodes = nodes;
    this.calls = calls;
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
    GroupImages.Found found = images.find(request.getGroup(), caller);
    return restore(found, request, false, () -> {}, caller, report);
  }

  /**
   * The images from which a task's whole group can be run again, the newest first; also where a
   * node has to answer first: alone it must not run.
   */
  List<GroupImages.Found> imagesWith(String taskId, String group, Caller caller) {
    return images.notIncomplete(group, caller).stream().filter(image -> image.has(taskId)).toList();
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
                true,
                () -> survivors.refuseUnlessEnded(failed),
                caller,
                new Report(OperationListener.NONE)),
        GroupRestores::words);
  }

  /**
   * @param withoutNewcomers refused where tasks of the group run that are in no part
   * @param last is run when nobody else can end or revive this node's, and may refuse
   */
  private OperationResult restore(
      GroupImages.Found found,
      RestoreRequest request,
      boolean withoutNewcomers,
      Runnable last,
      Caller caller,
      Report report) {
    GroupRestore what = GroupRestore.of(found);
    SortedSet<String> where = nodes.of(what.group(), what.uid(), report);
    where.addAll(found.elsewhere());
    where.add(nodes.self());
    nodes.check(what.group(), where, caller);
    Order begin =
        Order.newBuilder()
            .setRestore(
                BeginRestore.newBuilder()
                    .setRequest(request)
                    .setUid(what.uid())
                    .setImage(what.image())
                    .setWithoutNewcomers(withoutNewcomers))
            .build();
    SortedMap<String, GroupConcert.Part> parts = new TreeMap<>();
    for (String node : where)
      parts.put(
          node,
          node.equals(nodes.self())
              ? others -> here(what, request, withoutNewcomers, last, others, report)
              : others -> RemotePart.run(node, words -> calls.restore(node, words), begin, others));
    List<OperationResult> done =
        GroupConcert.play(
            nodes.self(),
            parts,
            new RestoreScore(),
            workers,
            "group " + what.group() + " was not restored");
    return Results.ofGroup(
        OperationResult.newBuilder()
            .setGroup(what.group())
            .setGroupImage(found.name())
            .addAllMembers(done),
        report);
  }

  /** This node's part. */
  List<OperationResult> here(
      GroupRestore what,
      RestoreRequest request,
      boolean withoutNewcomers,
      Runnable last,
      io.sojourn.node.group.Exchange others,
      Report report) {
    return part.run(
        what,
        request,
        () -> {
          last.run();
          if (withoutNewcomers) survivors.refuseNewcomers(what);
        },
        others,
        report);
  }

  /**
   * What of an image is to be restored here, that another node has asked for.
   *
   * @throws OperationException a part is not here
   */
  GroupRestore asked(BeginRestore order) {
    return new GroupRestore(order.getImage(), order.getUid(), images.hereOf(order.getImage()));
  }
}
