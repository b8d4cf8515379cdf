package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.schedule.Durations;
import io.sojourn.node.schedule.Interval;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.EndScheduleRequest;
import io.sojourn.protocol.node.EndSupervisionRequest;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Schedule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "checkpoint",
    description = "Makes an image of a task, which runs on; with --every again and again.")
final class CheckpointCommand extends CheckpointCall {
  private static final String OFF = "off";

  @Parameters(arity = "0..1", paramLabel = "TASK", description = "A task's name, id or pid.")
  private @Nullable String task;

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description =
          "Instead of a task: all tasks whose agent's option group= says this, at one instant.")
  private @Nullable String group;

  @Option(
      names = "--without-ended",
      description =
          "Of a group those tasks that run, though others that were in its last image have ended.")
  private boolean withoutEnded;

  @Option(
      names = "--every",
      paramLabel = "TIME|auto|off",
      description =
          "Make one now, and then one in each of these intervals: 5m; auto, what the cost of one and"
              + " the failures so far make best; off, no more.")
  private @Nullable String every;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Of those that --every makes keep the newest ones. Default: all.")
  private @Nullable Integer keep;

  @Option(
      names = "--keep-daily",
      paramLabel = "N",
      description = "Besides the newest keep the last one of each of N days.")
  private @Nullable Integer keepDaily;

  @Mixin private SupervisionOptions supervision;

  @Override
  public Integer call() {
    if ((task == null) == (group == null))
      throw OperationException.usage(
          "one task or one group is to be named",
          "ckpt checkpoint TASK, or ckpt checkpoint --group GROUP");
    if (withoutEnded && group == null)
      throw OperationException.usage("--without-ended is for a group", "say --group, too");
    if (keep != null && (keep < 1 || every == null))
      throw OperationException.usage(
          "--keep says how many of the images of --every stay: one or more",
          "say --every 5m --keep 10");
    if (keepDaily != null && (keepDaily < 1 || keep == null))
      throw OperationException.usage(
          "--keep-daily says what stays besides the images of --keep: one day or more",
          "say --every 5m --keep 10 --keep-daily 7");
    supervision.check();
    if (supervision.keeps() && every != null && !OFF.equals(every))
      throw OperationException.usage(
          "--on-failure=keep makes no image", "say it alone, or together with --every off");
    return OFF.equals(every) || supervision.keeps() ? end() : super.call();
  }

  private int end() {
    String name = "";
    try (NodeClient client = connect()) {
      if (OFF.equals(every)) name = endSchedule(client);
      if (supervision.keeps()) name = endSupervision(client);
    }
    if (json()) {
      JsonText text = new JsonText().object().put(group == null ? "task" : "group", name);
      if (every != null) text.put("every", OFF);
      if (supervision.keeps()) text.put("onFailure", "keep");
      print(text.end());
      return 0;
    }
    if (every != null) print("no more periodic checkpoints of " + name);
    if (supervision.keeps()) print(name + " is left alone when it fails");
    return 0;
  }

  private String endSchedule(NodeClient client) {
    return client
        .node()
        .endSchedule(EndScheduleRequest.newBuilder().setTask(task()).setGroup(group()).build())
        .getTask();
  }

  private String endSupervision(NodeClient client) {
    return client
        .node()
        .endSupervision(
            EndSupervisionRequest.newBuilder().setTask(task()).setGroup(group()).build())
        .getTask();
  }

  @Override
  String task() {
    return task == null ? "" : task;
  }

  private String group() {
    return group == null ? "" : group;
  }

  @Override
  Then then() {
    return Then.RUN_ON;
  }

  @Override
  void complete(CheckpointRequest.Builder request) {
    supervision.complete(request);
    request.setGroup(group()).setWithoutEnded(withoutEnded);
    if (every == null) return;
    try {
      Interval interval = Interval.parse(every);
      request.setSchedule(
          Schedule.newBuilder()
              .setEveryMillis(interval.millis())
              .setAutomatic(interval.auto())
              .setKeep(keep == null ? 0 : keep)
              .setKeepDaily(keepDaily == null ? 0 : keepDaily));
    } catch (IllegalArgumentException wrong) {
      throw OperationException.usage(
          "--every: " + wrong.getMessage(), "write a time as in 5m, or auto, or off");
    }
  }

  @Override
  String sentence(OperationResult result) {
    String afterwards = (every == null ? "" : "\n" + rhythm(every)) + supervision.sentence();
    if (group != null)
      return "checkpointed %d tasks of group %s into %s, %s; stood still for %s\n%s%s"
          .formatted(
              result.getMembersCount(),
              result.getGroup(),
              result.getGroupImage(),
              Units.bytes(result.getBytes()),
              Units.millis(result.getPauseMillis()),
              members(result),
              afterwards);
    return "checkpointed %s into %s%s".formatted(result.getTask(), into(result), afterwards);
  }

  private String rhythm(String text) {
    Interval interval = Interval.parse(text);
    return (interval.auto()
            ? "from now on as often as is best"
            : "from now on every " + Durations.text(interval.millis()))
        + (keep == null ? ", all images stay" : ", of which the newest " + keep + " stay")
        + (keepDaily == null ? "" : ", and the last one of each of " + keepDaily + " days");
  }
}
