package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds the one task that a user means, among those that the user may see. */
final class TaskLookup {
  private static final String MEND = "ckpt ps lists the tasks";

  private final TaskRegistry registry;
  private final Function<String, OptionalInt> deputyOf;

  /**
   * @param deputyOf the process that has a task's number, where that is not itself
   */
  TaskLookup(TaskRegistry registry, Function<String, OptionalInt> deputyOf) {
    this.registry = registry;
    this.deputyOf = deputyOf;
  }

  List<Task> visible(Caller caller) {
    return registry.tasks().stream().filter(task -> caller.may(task.record().uid())).toList();
  }

  /** Of a user's group. */
  List<Task> of(String group, int uid) {
    return registry.tasks().stream()
        .filter(task -> task.record().group().equals(group) && task.record().uid() == uid)
        .toList();
  }

  /**
   * @param text a name, an id or a pid; where several have the name, one that runs or is frozen is
   *     meant rather than those that have ended
   */
  Task find(String text, Caller caller) {
    List<Task> tasks = visible(caller);
    List<Task> found = tasks.stream().filter(task -> task.id().equals(text)).toList();
    if (found.isEmpty())
      found =
          tasks.stream().filter(task -> task.name().equals(text) || hasPid(task, text)).toList();
    if (found.size() > 1 && found.stream().anyMatch(task -> task.runs() || task.frozen()))
      found = found.stream().filter(task -> task.runs() || task.frozen()).toList();
    if (found.isEmpty()) throw OperationException.notFound("no task '" + text + "'", MEND);
    if (found.size() > 1)
      throw OperationException.usage(
          "'"
              + text
              + "' is the name of "
              + found.size()
              + " tasks: "
              + found.stream().map(TaskLookup::distinctly).collect(Collectors.joining(", ")),
          "use an id or a pid");
    return found.get(0);
  }

  private boolean hasPid(Task task, String text) {
    OptionalInt deputy = deputyOf.apply(task.id());
    if (deputy.isPresent() && String.valueOf(deputy.getAsInt()).equals(text)) return true;
    return task.life().map(life -> String.valueOf(life.pid()).equals(text)).orElse(false);
  }

  private static String distinctly(Task task) {
    return task.life()
        .map(life -> task.id() + " (pid " + life.pid() + ")")
        .orElse(task.id() + (task.frozen() ? " (frozen)" : " (ended)"));
  }
}
