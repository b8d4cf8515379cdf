package io.sojourn.node.daemon;

import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.move.Moves;
import io.sojourn.protocol.image.GroupImage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tasks that live, while others of their group are to be restored from an image of all. */
final class GroupSurvivors {
  private static final Duration END = Duration.ofSeconds(10);

  private final TaskRegistry registry;
  private final Moves moves;

  GroupSurvivors(TaskRegistry registry, Moves moves) {
    this.registry = registry;
    this.moves = moves;
  }

  /**
   * Refuses where one of them lives, or would.
   *
   * @param endLiving those that run here are in nobody's way
   */
  void refuse(GroupRestore what, boolean endLiving) {
    for (GroupImage.Part part : what.image().getPartsList())
      if (what.here(part.getTaskId()) || registry.home(part.getTaskId())) refuseResting(what, part);
    List<Task> living = living(what);
    if (living.isEmpty() || endLiving) return;
    throw OperationException.refused(
        "of group %s these live: %s; together with what is older they would see their own future"
            .formatted(
                what.group(),
                living.stream()
                    .map(task -> task.name() + " (pid " + pid(task) + ")")
                    .collect(Collectors.joining(", "))),
        "end them, and lose what they have done since %s: ckpt restore --group %s --end-living"
            .formatted(what.name(), what.group()));
  }

  private void refuseResting(GroupRestore what, GroupImage.Part task) {
    String title = task.getTask() + " (" + task.getTaskId() + ")";
    Optional<String> away = moves.whereIs(task.getTaskId());
    if (away.isPresent())
      throw OperationException.refused(
          "task " + title + " is on node " + away.get(),
          "bring it home and end it first: ckpt migrate " + task.getTaskId() + " home");
    if (moves.frozen().has(task.getTaskId()))
      throw OperationException.refused(
          "task "
              + title
              + " is frozen, and its deputy has the connections that image "
              + what.name()
              + " has, too",
          "run it again (ckpt restore "
              + task.getTaskId()
              + ") and end it, or give it up: ckpt rm --force IMAGE");
  }

  /** Tasks of the image that are this node's, and are to live on others. */
  List<Task> leaving(GroupRestore what) {
    return registry.tasks().stream()
        .filter(task -> what.has(task.id()) && !what.here(task.id()))
        .filter(task -> registry.home(task.id()))
        .toList();
  }

  /** It may have been restored already, with all others, because another one had failed, too. */
  void refuseUnlessEnded(String task) {
    if (registry.running(task).isPresent())
      throw OperationException.refused(
          "task " + registry.name(task) + " runs already", "nothing is to be done");
  }

  /** One that is in no image of all would not come back. */
  void refuseNewcomers(GroupRestore what) {
    String newcomers =
        living(what).stream()
            .filter(task -> !what.has(task.id()))
            .map(Task::name)
            .collect(Collectors.joining(", "));
    if (!newcomers.isEmpty())
      throw OperationException.refused(
          "image %s was made before these were of the group, which would be lost: %s"
              .formatted(what.name(), newcomers),
          "lose them: ckpt restore --group %s --end-living".formatted(what.name()));
  }

  /** Of the group, whether or not they are in its image: they may have connections to those. */
  private List<Task> living(GroupRestore what) {
    return registry.tasks().stream()
        .filter(Task::runs)
        .filter(
            task ->
                what.has(task.id())
                    || (task.record().group().equals(what.group())
                        && task.record().uid() == what.uid()))
        .toList();
  }

  private int pid(Task task) {
    return moves.deputyOf(task.id()).orElseGet(() -> task.life().orElseThrow().pid());
  }

  /** Ends them, and waits until nothing is left of them. */
  void end(GroupRestore what) {
    List<PidDescriptor> ending = new ArrayList<>();
    try {
      for (Task task : living(what)) {
        List<Integer> pids = new ArrayList<>(Proc.tree(task.life().orElseThrow().pid()));
        // It ends when it has heard how its task has ended.
        moves.deputyOf(task.id()).ifPresent(deputy -> open(deputy, ending));
        pids.forEach(pid -> open(pid, ending));
        pids.forEach(pid -> Signals.send(pid, Signals.KILL));
      }
      for (PidDescriptor process : ending)
        if (!process.ends(END))
          throw OperationException.failed(
              "process " + process.pid() + " does not end",
              "see what holds it: ps, /proc/PID/stack");
    } finally {
      ending.forEach(PidDescriptor::close);
    }
  }

  private static void open(int pid, List<PidDescriptor> ending) {
    try {
      ending.add(PidDescriptor.open(pid));
    } catch (IOException ended) {
      // So it need not be waited for.
    }
  }
}
