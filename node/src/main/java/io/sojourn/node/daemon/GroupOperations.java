package io.sojourn.node.daemon;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** Operations on several tasks that begin together, or none does. */
final class GroupOperations implements AutoCloseable {
  /** A task, and what it is called. */
  record Who(String id, String name) {}

  private final Deque<Operations.Operation> begun = new ArrayDeque<>();

  private GroupOperations() {}

  /**
   * @throws io.sojourn.engine.operation.OperationException one of them is busy
   */
  static GroupOperations begin(Operations operations, Collection<Who> tasks, String verb) {
    GroupOperations all = new GroupOperations();
    try {
      // In one order, so that two groups cannot wait for each other's.
      List<Who> ordered = tasks.stream().sorted(Comparator.comparing(Who::id)).toList();
      for (Who who : ordered) all.begun.push(operations.begin(who.id(), who.name(), verb));
      return all;
    } catch (RuntimeException busy) {
      all.close();
      throw busy;
    }
  }

  @Override
  public void close() {
    while (!begun.isEmpty()) begun.pop().close();
  }
}
