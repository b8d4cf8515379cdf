package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.move.Moves;
import io.sojourn.protocol.image.GroupImage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which tasks are meant by a group's name. */
final class GroupMembers {
  private final TaskLookup tasks;
  private final GroupImages images;
  private final Moves moves;
  private final Errands errands;

  GroupMembers(TaskLookup tasks, GroupImages images, Moves moves, Errands errands) {
    this.tasks = tasks;
    this.images = images;
    this.moves = moves;
    this.errands = errands;
  }

  /** All that are known, by name. */
  List<Task> of(String group, Caller caller) {
    List<Task> members =
        tasks.visible(caller).stream().filter(task -> task.record().group().equals(group)).toList();
    if (members.isEmpty())
      throw OperationException.notFound(
          "no task is of a group '" + group + "'",
          "a task says so itself: -javaagent:migrate.jar=group=" + group + "; ckpt ps shows it");
    if (members.stream().map(task -> task.record().uid()).distinct().count() > 1)
      throw OperationException.usage(
          "tasks of several users say that their group is " + group,
          "do it as the user whose group is meant");
    return members;
  }

  /**
   * Those of which an image is to be made.
   *
   * @param withoutEnded although some have ended that were in the group's last image
   */
  List<Task> running(String group, boolean withoutEnded, Caller caller) {
    List<Task> members = of(group, caller);
    for (Task task : members) if (!task.runs()) refuseResting(task, group);
    List<Task> running = members.stream().filter(Task::runs).toList();
    if (running.isEmpty())
      throw OperationException.refused(
          "no task of group " + group + " runs", "run them again: ckpt restore --group " + group);
    if (!withoutEnded) refuseMissing(group, running, caller);
    return running;
  }

  /**
   * Refuses where others of the group are on other nodes.
   *
   * @return what is not known, in words
   */
  List<String> refuseElsewhere(String group, List<Task> here) {
    List<String> nodes = errands.withGroup(group, here.get(0).record().uid());
    if (!nodes.isEmpty())
      throw OperationException.refused(
          "tasks of group %s are on other nodes, too: %s"
              .formatted(group, String.join(", ", nodes)),
          "an image of a group is of tasks of one node: start all of them on one");
    return errands.silent().stream()
        .map(node -> "whether tasks of group " + group + " are on node " + node + " is not known")
        .toList();
  }

  private void refuseResting(Task task, String group) {
    Optional<String> away = moves.whereIs(task.id());
    if (away.isPresent())
      throw OperationException.refused(
          "task %s of group %s is on node %s".formatted(task.title(), group, away.get()),
          "bring it home first: ckpt migrate " + task.id() + " home");
    if (task.frozen())
      throw OperationException.refused(
          "task %s of group %s is frozen".formatted(task.title(), group),
          "run it again first: ckpt restore " + task.id());
  }

  /** An image without one that had connections to the others would be of no use to them. */
  private void refuseMissing(String group, List<Task> running, Caller caller) {
    Optional<GroupImages.Found> last = images.complete(group, caller).stream().findFirst();
    if (last.isEmpty()) return;
    String missing =
        last.get().description().getPartsList().stream()
            .filter(part -> running.stream().noneMatch(task -> task.id().equals(part.getTaskId())))
            .map(GroupImage.Part::getTask)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty())
      throw OperationException.refused(
          "of group %s do not run any more, and are in its image %s: %s"
              .formatted(group, last.get().name(), missing),
          "run all of them again from that (ckpt restore --group "
              + group
              + "), or go on without: --without-ended");
  }
}
