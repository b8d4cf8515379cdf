package io.sojourn.node.cli;

import io.sojourn.protocol.node.DrainEvent;
import io.sojourn.protocol.node.DrainRequest;
import io.sojourn.protocol.node.Drained;
import io.sojourn.protocol.node.DrainedTask;
import io.sojourn.protocol.node.DrainedTask.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "drain",
    description =
        "Empties a node: its guests go home, its own tasks go to other nodes, or are frozen where"
            + " none takes them. It takes no more, until --undo.")
final class NodeDrainCommand extends NodeCall {
  @Parameters(
      paramLabel = "NODE",
      arity = "0..1",
      defaultValue = "",
      description = "A node's name (ckpt nodes). Default: this one.")
  private String node = "";

  @Option(names = "--undo", description = "It takes tasks again; none comes back by itself.")
  private boolean undo;

  @Override
  public Integer call() {
    List<DrainedTask> tasks = new ArrayList<>();
    Drained done = Drained.getDefaultInstance();
    try (NodeClient client = connect()) {
      Iterator<DrainEvent> events =
          client.node().drain(DrainRequest.newBuilder().setNode(node).setUndo(undo).build());
      while (events.hasNext()) {
        DrainEvent event = events.next();
        if (event.hasTask()) {
          tasks.add(event.getTask());
          if (!json()) print(sentence(event.getTask()));
        }
        if (event.hasDone()) done = event.getDone();
      }
    }
    long stay = tasks.stream().filter(task -> task.getOutcome() == Outcome.STAYS).count();
    if (json()) print(json(done, tasks));
    else
      print(
          done.getTakesTasks()
              ? "node " + done.getNode() + " takes tasks again"
              : stay == 0
                  ? "node " + done.getNode() + " is empty, and takes no tasks"
                  : "%d task(s) are still on node %s".formatted(stay, done.getNode()));
    return stay == 0 ? 0 : 1;
  }

  private static String sentence(DrainedTask task) {
    return switch (task.getOutcome()) {
      case MOVED -> task.getTask() + " runs on node " + task.getNode();
      case FROZEN -> task.getTask() + " is frozen; its home is node " + task.getNode();
      default ->
          "%s stays: %s\n  mend: %s".formatted(task.getTask(), task.getMessage(), task.getMend());
    };
  }

  private static JsonText json(Drained done, List<DrainedTask> tasks) {
    JsonText text =
        new JsonText()
            .object()
            .put("node", done.getNode())
            .put("takesTasks", done.getTakesTasks())
            .array("tasks");
    for (DrainedTask task : tasks) {
      text.object()
          .put("task", task.getTask())
          .put("taskId", task.getTaskId())
          .put("outcome", task.getOutcome().name().toLowerCase(Locale.ROOT));
      if (task.getOutcome() == Outcome.STAYS)
        text.object("error").put("message", task.getMessage()).put("mend", task.getMend()).end();
      else text.put("node", task.getNode());
      text.end();
    }
    return text.end().end();
  }
}
