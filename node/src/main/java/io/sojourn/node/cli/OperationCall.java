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
    return add(new JsonText().object(), result).end();
  }

  private static JsonText add(JsonText text, OperationResult result) {
    return result.getGroup().isEmpty() ? addTask(text, result) : addGroup(text, result);
  }

  private static JsonText addGroup(JsonText text, OperationResult result) {
    text.put("group", result.getGroup())
        .put("groupImage", result.getGroupImage())
        .put("bytes", result.getBytes());
    addTimes(text, result).array("tasks");
    for (OperationResult member : result.getMembersList()) add(text.object(), member).end();
    return text.end();
  }

  private static JsonText addTask(JsonText text, OperationResult result) {
    text.put("task", result.getTask())
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
    return addTimes(text, result);
  }

  private static JsonText addTimes(JsonText text, OperationResult result) {
    text.millis("pauseMillis", result.getPauseMillis())
        .millis("totalMillis", result.getTotalMillis())
        .array("phases");
    for (Phase phase : result.getPhasesList())
      text.object().put("name", phase.getName()).millis("millis", phase.getMillis()).end();
    text.end().array("warnings");
    result.getWarningsList().forEach(text::add);
    return text.end();
  }

  /** What was done with each task of a group, a line each. */
  static String members(OperationResult group) {
    Table table = new Table("  task", "image", "pid>", "life>", "size>", "stood still>");
    for (OperationResult member : group.getMembersList())
      table.row(
          "  " + member.getTask() + (member.getNode().isEmpty() ? "" : " on " + member.getNode()),
          member.getImage(),
          String.valueOf(member.getPid()),
          String.valueOf(member.getIncarnation()),
          Units.bytes(member.getBytes()),
          Units.millis(member.getPauseMillis()));
    return table.toString();
  }

  private static String phases(OperationResult result) {
    Table table = new Table("  phase", "time>");
    for (Phase phase : result.getPhasesList())
      table.row("  " + phase.getName(), Units.millis(phase.getMillis()));
    return table.row("  total", Units.millis(result.getTotalMillis())).toString();
  }
}
