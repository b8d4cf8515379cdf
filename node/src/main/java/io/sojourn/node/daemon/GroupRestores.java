package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.RemotePart;
import io.sojourn.protocol.group.BeginRestore;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Place;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;

/**
 * Runs all tasks of a group again, from images of one instant, each where it has lived, or
 * elsewhere.
 */
final class GroupRestores {
  private final RestorePart part;
  private final GroupImages images;
  private final GroupSurvivors survivors;
  private final GroupNodes nodes;
  private final GroupCalls calls;
  private final Ownership ownership;
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
      Ownership ownership,
      ExecutorService workers) {
    this.part = part;
    this.images = images;
    this.survivors = survivors;
    this.nodes = nodes;
    this.calls = calls;
    this.ownership = ownership;
    this.workers = workers;
  }

  OperationResult run(RestoreRequest request, Caller caller, OperationListener listener) {
    if (!request.getTarget().isEmpty())
      throw OperationException.usage(
          "a task or image and a group were named",
          "name one of them: ckpt restore --group GROUP, or GROUP@NUMBER");
    if (request.getClone())
      throw OperationException.usage("a group is restored as itself", "leave --clone out");
    if (!request.getNode().isEmpty())
      throw OperationException.usage(
          "a group may live on several nodes", "say which of it: --on NODE, --on TASK=NODE");
    return OperationLog.noted(
        "restore group",
        request.getGroup(),
        caller,
        () -> Explained.of(() -> restore(request, caller, new Report(listener))),
        GroupRestores::words);
  }

  private static String words(OperationResult done) {
    return "image %s, %d tasks, total %.1f ms"
        .formatted(done.getGroupImage(), done.getMembersCount(), done.getTotalMillis());
  }

  private OperationResult restore(RestoreRequest request, Caller caller, Report report) {
    GroupImages.Found found = images.find(request.getGroup(), request.getGiveUp(), caller, report);
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
    GroupPlaces places =
        GroupPlaces.of(
            found.description(),
            found.origins(!ownership.clustered()),
            ownership.claims(found.tasks()),
            request.getPlacesList());
    String group = found.description().getGroup();
    SortedSet<String> where = where(group, found.uid(), places, request.getGiveUp(), report);
    nodes.check(group, where, caller);
    GroupRestore what =
        new GroupRestore(
            found.description(),
            found.uid(),
            images.of(found.description(), part -> places.comes(part, nodes.self())),
            places.all());
    Order begin =
        Order.newBuilder()
            .setRestore(
                BeginRestore.newBuilder()
                    .setRequest(request)
                    .setUid(what.uid())
                    .setImage(what.image())
                    .setWithoutNewcomers(withoutNewcomers)
                    .putAllPlaces(what.places()))
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

  /** The nodes that have to do with it. */
  private SortedSet<String> where(
      String group, int uid, GroupPlaces places, boolean giveUp, Report report) {
    GroupNodes.Seen seen = nodes.seen(group, uid);
    Set<String> answering = nodes.answering(seen, places.concerned());
    places.refuseSilent(answering, giveUp);
    SortedSet<String> where = new TreeSet<>(places.before());
    // Those that are lost, and others: whether these have tasks that are in no image nobody knows.
    for (String node : seen.silent())
      if (!where.contains(node))
        report.warn("whether tasks of group " + group + " are on node " + node + " is not known");
    where.retainAll(answering);
    where.addAll(places.now());
    where.addAll(seen.living());
    where.add(nodes.self());
    return where;
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
    Map<String, Place> places = order.getPlacesMap();
    Predicate<GroupImage.Part> here =
        part -> {
          Place place = places.get(part.getTaskId());
          return (place == null ? part.getNode() : place.getNode()).equals(nodes.self());
        };
    return new GroupRestore(
        order.getImage(), order.getUid(), images.of(order.getImage(), here), places);
  }
}
