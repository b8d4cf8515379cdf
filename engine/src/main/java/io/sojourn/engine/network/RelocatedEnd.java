package io.sojourn.engine.network;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.operation.OperationException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An end of a connection of a task that is in an image, and where it will be.
 *
 * @param task its name
 * @param from the node on which the image was made
 * @param to the node on which the task is to live
 * @param then as it is in the image
 * @param local what it is called there
 * @param remote what the other end is called there
 */
public record RelocatedEnd(
    String task, String from, String to, InternetSocket then, String local, String remote) {

  /** As the kernel there will have it. */
  public InternetSocket now() {
    return new InternetSocket(
        then.inode(),
        then.protocol(),
        then.state(),
        local,
        remote,
        then.sendQueue(),
        then.receiveQueue());
  }

  /**
   * Finds who has the other ends.
   *
   * @param ends of all tasks that are to live; nothing is known of where their others will be
   * @return those of which two of the tasks have the two ends, each with what its other is called
   * @throws OperationException refused: tasks that have a connection over a node's loopback would
   *     part, or two connections could not be told apart
   */
  public static List<RelocatedEnd> among(List<RelocatedEnd> ends) {
    Map<String, List<RelocatedEnd>> by =
        ends.stream().collect(Collectors.groupingBy(end -> GroupEnds.way(end.then)));
    List<RelocatedEnd> among = new ArrayList<>(), all = new ArrayList<>();
    for (RelocatedEnd end : ends) {
      Optional<RelocatedEnd> other = end.other(by);
      other.ifPresent(end::refuseParted);
      RelocatedEnd met = other.map(end::towards).orElse(end);
      all.add(met);
      if (other.isPresent()) among.add(met);
    }
    refuseAlike(all);
    return List.copyOf(among);
  }

  private Optional<RelocatedEnd> other(Map<String, List<RelocatedEnd>> by) {
    // Each node has a loopback of its own, where the same addresses mean another connection.
    return by.getOrDefault(GroupEnds.back(then), List.of()).stream()
        .filter(other -> !loopback() || other.from.equals(from))
        .findFirst();
  }

  private boolean loopback() {
    return Relocation.address(then.remote()).isLoopbackAddress();
  }

  private RelocatedEnd towards(RelocatedEnd other) {
    return new RelocatedEnd(task, from, to, then, local, other.local);
  }

  private void refuseParted(RelocatedEnd other) {
    if (!loopback() || to.equals(other.to)) return;
    throw OperationException.refused(
        "tasks %s and %s have a connection over the loopback of node %s (%s), and would live on nodes %s and %s"
            .formatted(task, other.task, from, then.ends(), to, other.to),
        "bring both to one node: --on %s=%s,%s=%s".formatted(task, to, other.task, to));
  }

  private static void refuseAlike(List<RelocatedEnd> ends) {
    Map<String, RelocatedEnd> there = new HashMap<>();
    Function<RelocatedEnd, String> name = end -> end.to + " " + end.local + " " + end.remote;
    for (RelocatedEnd end : ends) {
      RelocatedEnd alike = there.putIfAbsent(name.apply(end), end);
      if (alike != null && !alike.isSame(end))
        throw OperationException.refused(
            "connections of tasks %s and %s would both be %s -> %s on node %s"
                .formatted(alike.task, end.task, end.local, end.remote, end.to),
            "bring one of the tasks to another node: --on %s=NODE".formatted(end.task));
    }
  }

  /** One that two processes of a task have. */
  private boolean isSame(RelocatedEnd other) {
    return from.equals(other.from) && GroupEnds.way(then).equals(GroupEnds.way(other.then));
  }
}
