package io.sojourn.node.cli;

import io.sojourn.node.schedule.Durations;
import io.sojourn.protocol.node.ListTasksRequest;
import io.sojourn.protocol.node.Schedule;
import io.sojourn.protocol.node.Supervision;
import io.sojourn.protocol.node.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "ps", description = "Lists the tasks.")
final class PsCommand extends NodeCall {
  @Parameters(arity = "0..1", paramLabel = "TASK", description = "Only this one.")
  private @Nullable String task;

  @Override
  public Integer call() {
    List<Task> tasks;
    try (NodeClient client = connect()) {
      tasks =
          client
              .node()
              .listTasks(ListTasksRequest.newBuilder().setTask(task == null ? "" : task).build())
              .getTasksList();
    }
    if (json()) print(toJson(tasks));
    else print(toTable(tasks, System.currentTimeMillis()));
    return 0;
  }

  static JsonText toJson(List<Task> tasks) {
    JsonText text = new JsonText().object().array("tasks");
    tasks.forEach(task -> add(text.object(), task).end());
    return text.end().end();
  }

  private static JsonText add(JsonText text, Task task) {
    text.put("id", task.getId()).put("name", task.getName());
    if (task.getPid() == 0) text.none("pid");
    else text.put("pid", task.getPid());
    text.put("mainClass", task.getMainClass())
        .put("state", state(task))
        .put("node", task.getNode())
        .put("home", task.getHome())
        .put("incarnation", task.getIncarnation())
        .put("heapUsedBytes", task.getHeapUsedBytes())
        .put("threads", task.getThreads())
        .put("connections", task.getConnections())
        .put("lastImage", task.getLastImage().isEmpty() ? null : task.getLastImage())
        .put("note", orNull(task.getNote()))
        .put("group", orNull(task.getGroup()));
    if (task.hasSchedule())
      text.put("everyMillis", task.getSchedule().getEveryMillis())
          .put("everyAutomatic", task.getSchedule().getAutomatic())
          .put("keep", task.getSchedule().getKeep())
          .put("keepDaily", task.getSchedule().getKeepDaily())
          .put(
              "nextCheckpoint",
              Instant.ofEpochMilli(task.getSchedule().getDueEpochMillis()).toString())
          .put("lastCheckpointFailure", orNull(task.getSchedule().getLastFailure()));
    if (task.hasSupervision()) add(text, task.getSupervision());
    return text;
  }

  private static void add(JsonText text, Supervision supervision) {
    text.put("onFailure", "restart")
        .put("restartOn", supervision.getAnywhere() ? "any" : "home")
        .put("restartDelayMillis", supervision.getDelayMillis())
        .put("restartMaxDelayMillis", supervision.getMaxDelayMillis())
        .put("startLimitBurst", supervision.getStartLimitBurst())
        .put("startLimitIntervalMillis", supervision.getStartLimitIntervalMillis())
        .put("restarts", supervision.getRestarts())
        .put("lastEnd", orNull(supervision.getLastEnd()))
        .put(
            "nextRestart",
            supervision.getDueEpochMillis() == 0
                ? null
                : Instant.ofEpochMilli(supervision.getDueEpochMillis()).toString())
        .put("restartTrouble", orNull(supervision.getTrouble()));
  }

  static String toTable(List<Task> tasks, long nowMillis) {
    List<String> head =
        new ArrayList<>(
            List.of(
                "ID",
                "NAME",
                "PID>",
                "MAIN CLASS",
                "STATE",
                "NODE",
                "HOME",
                "LIFE>",
                "HEAP>",
                "THREADS>",
                "CONNECTIONS>",
                "LAST IMAGE",
                "EVERY"));
    // Who has no groups is not told of them.
    boolean groups = tasks.stream().anyMatch(task -> !task.getGroup().isEmpty());
    if (groups) head.add("GROUP");
    Table table = new Table(head.toArray(String[]::new));
    for (Task task : tasks) table.row(row(task, nowMillis, groups));
    return table.toString();
  }

  private static String[] row(Task task, long nowMillis, boolean groups) {
    boolean lives = task.getPid() != 0;
    List<String> cells =
        new ArrayList<>(
            List.of(
                task.getId(),
                task.getName(),
                lives ? String.valueOf(task.getPid()) : "-",
                task.getMainClass(),
                task.getNote().isEmpty() ? state(task) : state(task) + ", " + task.getNote(),
                task.getNode(),
                task.getHome(),
                String.valueOf(task.getIncarnation()),
                lives ? Units.bytes(task.getHeapUsedBytes()) : "-",
                lives ? String.valueOf(task.getThreads()) : "-",
                lives ? String.valueOf(task.getConnections()) : "-",
                task.getLastImage().isEmpty()
                    ? "-"
                    : task.getLastImage()
                        + ", "
                        + Units.ago(task.getLastImageEpochMillis(), nowMillis),
                every(task)));
    if (groups) cells.add(task.getGroup().isEmpty() ? "-" : task.getGroup());
    return cells.toArray(String[]::new);
  }

  private static String every(Task task) {
    if (!task.hasSchedule()) return "-";
    Schedule schedule = task.getSchedule();
    return Durations.text(schedule.getEveryMillis())
        + (schedule.getAutomatic() ? " (auto)" : "")
        + (schedule.getLastFailure().isEmpty() ? "" : ", failed: " + schedule.getLastFailure());
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static String state(Task task) {
    return task.getState().name().toLowerCase(Locale.ROOT);
  }
}
