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

  GroupMembers(TaskLookup tasks, GroupImages images, Moves moves) {
    this.tasks = tasks;
    this.images = images;
    this.moves = moves;
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
   * Those of which an image is to be made, on this node.
   *
   * @param uid whose
   */
  List<Task> running(String group, int uid) {
    List<Task> members = tasks.of(group, uid);
    for (Task task : members) if (!task.runs()) refuseResting(task, group);
    List<Task> running = members.stream().filter(Task::runs).toList();
    if (running.isEmpty()) throw noneRuns(group);
    return running;
  }

  OperationException noneRuns(String group) {
    return OperationException.refused(
        "no task of group " + group + " runs", "run them again: ckpt restore --group " + group);
  }

  /** Whether this node is the home of some that have not ended. */
  boolean here(String group, int uid) {
    return tasks.of(group, uid).stream()
        .anyMatch(task -> task.runs() || task.frozen() || moves.whereIs(task.id()).isPresent());
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

  /**
   * An image without one that had connections to the others would be of no use to them.
   *
   * @param running of all nodes
   */
  void refuseMissing(String group, List<GroupImage.Part> running, Caller caller) {
    Optional<GroupImages.Found> last = images.newest(group, caller);
    if (last.isEmpty()) return;
    String missing =
        last.get().description().getPartsList().stream()
            .filter(part -> running.stream().noneMatch(r -> r.getTaskId().equals(part.getTaskId())))
            .map(last.get()::title)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty())
      throw OperationException.refused(
          "of group %s do not run any more, or are not known to, and are in its image %s: %s"
              .formatted(group, last.get().name(), missing),
          "run all of them again from that (ckpt restore --group "
              + group
              + "), or go on without: --without-ended");
  }
}
