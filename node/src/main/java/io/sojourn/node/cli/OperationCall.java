package io.sojourn.node.cli;

import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Phase;
import java.util.Iterator;

/** A command whose work takes a while: shows how it goes, and at the end what it took. */
abstract class OperationCall extends NodeCall {
  @Override
  public Integer call() {
    OperationResult result = null;
    try (NodeClient client = connect();
        Progress progress = Progress.of(this)) {
      Iterator<OperationEvent> events = start(client);
      while (events.hasNext()) {
        OperationEvent event = events.next();
        progress.show(event);
        if (event.hasResult()) result = event.getResult();
      }
    }
    if (result == null) throw new IllegalStateException("the daemon gave no result");
    if (!json())
      for (String warning : result.getWarningsList())
        spec().commandLine().getErr().println("warning: " + warning);
    if (json()) print(toJson(result));
    else print(sentence(result) + "\n" + phases(result));
    return 0;
  }

  /** Makes the call. */
  abstract Iterator<OperationEvent> start(NodeClient client);

  /** What was done, for a reader. */
  abstract String sentence(OperationResult result);

  static JsonText toJson(OperationResult result) {
    JsonText text =
        new JsonText()
            .object()
            .put("task", result.getTask())
            .put("taskId", result.getTaskId())
            .put("image", result.getImage())
            .put("directory", result.getDirectory())
            .put("bytes", result.getBytes())
            .put("incarnation", result.getIncarnation());
    if (result.getPid() == 0) text.none("pid");
    else text.put("pid", result.getPid());
    if (result.getDeputyPid() != 0) text.put("deputyPid", result.getDeputyPid());
    if (!result.getNode().isEmpty())
      text.put("node", result.getNode()).put("wireBytes", result.getWireBytes());
    text.millis("pauseMillis", result.getPauseMillis())
        .millis("totalMillis", result.getTotalMillis())
        .array("phases");
    for (Phase phase : result.getPhasesList())
      text.object().put("name", phase.getName()).millis("millis", phase.getMillis()).end();
    text.end().array("warnings");
    result.getWarningsList().forEach(text::add);
    return text.end().end();
  }

  private static String phases(OperationResult result) {
    Table table = new Table("  phase", "time>");
    for (Phase phase : result.getPhasesList())
      table.row("  " + phase.getName(), Units.millis(phase.getMillis()));
    return table.row("  total", Units.millis(result.getTotalMillis())).toString();
  }
}
