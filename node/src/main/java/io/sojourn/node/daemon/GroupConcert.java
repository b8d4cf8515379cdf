package io.sojourn.node.daemon;

import io.sojourn.node.group.CommonFate;
import io.sojourn.node.group.Conductor;
import io.sojourn.node.group.Exchange;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.node.OperationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** Lets all nodes do their parts side by side, one step after the other. */
final class GroupConcert {
  /** What one node does; returns what was done with each of its tasks. */
  interface Part extends Function<Exchange, List<OperationResult>> {}

  private GroupConcert() {}

  /**
   * @param self this node's name
   * @param parts by their nodes' names
   * @param what to say where it was not done
   */
  static List<OperationResult> play(
      String self,
      SortedMap<String, Part> parts,
      Function<Map<String, Word>, Order> score,
      ExecutorService workers,
      String what) {
    Conductor conductor = new Conductor(parts.keySet(), score);
    GroupWork<List<OperationResult>> work = new GroupWork<>(workers, conductor);
    List<GroupWork.Step<List<OperationResult>>> steps = new ArrayList<>();
    parts.forEach(
        (node, part) ->
            steps.add(new GroupWork.Step<>(node, () -> part.apply(conductor.of(node)))));
    // In one order, everywhere: so of two nodes that conduct at once one comes first on the first,
    // and the other is refused before it holds anything.
    boolean all =
        work.all(
            steps,
            node -> {
              conductor.awaitFirstWord(node);
              return conductor.failure().isEmpty();
            });
    if (!all) throw explained(self, work.failure(), what);
    return work.done().stream().flatMap(List::stream).toList();
  }

  private static RuntimeException explained(String self, CommonFate.Failure first, String what) {
    String node = "node " + first.who();
    boolean said = String.valueOf(first.why().getMessage()).startsWith(node);
    return first.explained(what + ": " + (first.who().equals(self) || said ? "" : node + ": "));
  }
}
