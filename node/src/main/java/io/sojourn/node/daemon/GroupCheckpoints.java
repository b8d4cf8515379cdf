package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.RemotePart;
import io.sojourn.protocol.group.BeginCheckpoint;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationResult;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.IntSupplier;

/** Images of all tasks of a group, of one instant, on whichever nodes they are at home. */
final class GroupCheckpoints {
  /** What is unsettled is settled a moment later, as a rule. */
  private static final int TRIES = 4;

  private final CheckpointPart part;
  private final GroupMembers members;
  private final GroupNodes nodes;
  private final GroupCalls calls;
  private final GroupRemoval removal;
  private final ExecutorService workers;

  /**
   * @param part this node's
   */
  GroupCheckpoints(
      CheckpointPart part,
      GroupMembers members,
      GroupNodes nodes,
      GroupCalls calls,
      GroupRemoval removal,
      ExecutorService workers) {
    this.part = part;
    this.members = members;
    this.nodes = nodes;
    this.calls = calls;
    this.removal = removal;
    this.workers = workers;
  }

  OperationResult run(CheckpointRequest request, Caller caller, OperationListener listener) {
    return run(
        request,
        () -> members.of(request.getGroup(), caller).get(0).record().uid(),
        caller,
        listener);
  }

  /**
   * @param uid whose group is meant
   */
  OperationResult run(
      CheckpointRequest request, IntSupplier uid, Caller caller, OperationListener listener) {
    check(request);
    return OperationLog.noted(
        "checkpoint group",
        request.getGroup(),
        caller,
        () -> checkpoint(request, uid.getAsInt(), caller, new Report(listener)),
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

  private OperationResult checkpoint(
      CheckpointRequest request, int uid, Caller caller, Report report) {
    String group = request.getGroup();
    SortedSet<String> where = nodes.of(group, uid, report);
    if (where.isEmpty()) throw members.noneRuns(group);
    nodes.check(group, where, caller);
    for (int tries = 1; ; tries++) {
      CheckpointScore score =
          new CheckpointScore(
              group,
              tasks -> {
                if (!request.getWithoutEnded()) members.refuseMissing(group, tasks, caller);
              });
      try {
        return made(request, uid, where, score, report);
      } catch (OperationException failed) {
        // Others may have kept their parts already.
        if (score.kept()) removal.everywhere(GroupImages.nameOf(score.image()));
        if (!score.unsettled() || tries == TRIES) throw failed;
      }
    }
  }

  private OperationResult made(
      CheckpointRequest request,
      int uid,
      SortedSet<String> where,
      CheckpointScore score,
      Report report) {
    SortedMap<String, GroupConcert.Part> parts = new TreeMap<>();
    Order begin =
        Order.newBuilder()
            .setCheckpoint(BeginCheckpoint.newBuilder().setRequest(request).setUid(uid))
            .build();
    for (String node : where)
      parts.put(
          node,
          node.equals(nodes.self())
              ? others -> part.run(request, uid, others, report)
              : others ->
                  RemotePart.run(node, words -> calls.checkpoint(node, words), begin, others));
    List<OperationResult> done =
        GroupConcert.play(
            nodes.self(),
            parts,
            score,
            workers,
            "no image of group %s was made, and all its tasks run on"
                .formatted(request.getGroup()));
    return Results.ofGroup(
        OperationResult.newBuilder()
            .setGroup(request.getGroup())
            .setGroupImage(GroupImages.nameOf(score.image()))
            .addAllMembers(done),
        report);
  }
}
