package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.node.schedule.Schedule;
import io.sojourn.node.schedule.Scheduler;
import io.sojourn.node.schedule.Work;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.EndScheduleRequest;
import io.sojourn.protocol.node.EndScheduleResponse;
import io.sojourn.protocol.node.OperationResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Periodic checkpoints of groups: begun and ended by users, or by an option of their agents. */
final class GroupSchedules implements AutoCloseable {
  private final GroupCheckpoints checkpoints;
  private final GroupImages images;
  private final GroupRemoval removal;
  private final Schedules tasks;
  private final TaskRegistry registry;
  private final Operations operations;
  private final Scheduler scheduler;
  private final Clock clock = Clock.systemUTC();

  /**
   * @param directory for their files
   */
  GroupSchedules(
      Path directory,
      GroupCheckpoints checkpoints,
      GroupImages images,
      GroupRemoval removal,
      Schedules tasks,
      TaskRegistry registry,
      Operations operations)
      throws IOException {
    this.checkpoints = checkpoints;
    this.images = images;
    this.removal = removal;
    this.tasks = tasks;
    this.registry = registry;
    this.operations = operations;
    this.scheduler = Scheduler.open(directory, new OfGroups(), clock, 1);
  }

  /** Makes an image, and where the request says so more of them from then on. */
  OperationResult run(CheckpointRequest request, Caller caller, OperationListener listener) {
    if (!request.hasSchedule()) return checkpoints.run(request, caller, listener);
    var wanted = request.getSchedule();
    var interval = Schedules.interval(wanted);
    OperationResult result = checkpoints.run(request, caller, listener);
    String key = key(request.getGroup(), caller);
    scheduler.begin(
        Schedule.begin(
            key,
            interval,
            Schedules.retention(wanted),
            caller.root() ? 0 : uid(key),
            request.getCrac(),
            Checkpoints.wishes(request),
            clock.millis()));
    scheduler.made(key, made(result));
    return result;
  }

  /** "heat@0": a user's groups are not another user's. */
  private String key(String group, Caller caller) {
    return registry.tasks().stream()
        .map(Task::record)
        .filter(task -> task.group().equals(group) && caller.may(task.uid()))
        .findFirst()
        .map(GroupSchedules::key)
        .orElseThrow();
  }

  static String key(TaskRecord record) {
    return record.group() + "@" + record.uid();
  }

  private static String group(String key) {
    return key.substring(0, key.indexOf('@'));
  }

  private static int uid(String key) {
    return Integer.parseInt(key.substring(key.indexOf('@') + 1));
  }

  private static Work.Made made(OperationResult result) {
    return new Work.Made(result.getGroupImage(), Math.round(result.getTotalMillis()));
  }

  /** Makes an image of a task's group, one of its periodic ones where there are any. */
  void now(TaskRecord task) {
    if (scheduler.now(key(task))) return;
    CheckpointRequest request =
        CheckpointRequest.newBuilder().setGroup(task.group()).setThen(Then.RUN_ON).build();
    Caller owner = Caller.onBehalfOf(task.uid());
    tasks.inTurn(() -> checkpoints.run(request, owner, OperationListener.NONE));
  }

  EndScheduleResponse end(EndScheduleRequest request, List<Task> members) {
    if (!scheduler.end(key(members.get(0).record())))
      throw OperationException.refused(
          "group " + request.getGroup() + " is not checkpointed periodically",
          "nothing is to be done; ckpt ps shows which are");
    return EndScheduleResponse.newBuilder().setTask(request.getGroup()).build();
  }

  /** A new task has been found: its agent may have been told how often. */
  void found(TaskRecord record, String agentOptions) {
    AgentSchedule.parse(agentOptions)
        .ifPresent(
            wanted -> scheduler.begin(wanted.begin(key(record), record.uid(), clock.millis())));
  }

  /** As a user sees it. */
  Optional<io.sojourn.protocol.node.Schedule> of(Task task) {
    if (task.record().group().isEmpty()) return Optional.empty();
    return scheduler.of(key(task.record())).map(one -> Schedules.view(one, clock.millis()));
  }

  @Override
  public void close() throws InterruptedException {
    scheduler.close();
  }

  /** On behalf of the tasks' owner. */
  private final class OfGroups implements Work {
    private List<Task> members(String key) {
      return registry.tasks().stream()
          .filter(task -> !task.record().group().isEmpty() && key(task.record()).equals(key))
          .toList();
    }

    @Override
    public Condition condition(String key) {
      List<Task> members = members(key);
      if (members.isEmpty()) return Condition.GONE;
      boolean busy = members.stream().anyMatch(task -> operations.verb(task.id()).isPresent());
      return !busy && members.stream().anyMatch(Task::runs) ? Condition.RUNS : Condition.WAITS;
    }

    /** One that another node has just made, at which the group has a schedule, too. */
    private Optional<Made> another(Schedule schedule) {
      long now = clock.millis();
      return images
          .newest(group(schedule.task()), Caller.onBehalfOf(uid(schedule.task())))
          .filter(found -> !found.elsewhere().isEmpty())
          .filter(found -> !schedule.images().contains(found.name()))
          .filter(found -> madeEpochMillis(found.name()) > now - schedule.intervalMillis(now) / 2)
          .map(found -> new Made(found.name(), cost(schedule)));
    }

    private static long cost(Schedule schedule) {
      return schedule.costs().isEmpty() ? 1_000 : schedule.costs().get(schedule.costs().size() - 1);
    }

    @Override
    public Made checkpoint(Schedule schedule) {
      Optional<Made> another = another(schedule);
      if (another.isPresent()) return another.get();
      CheckpointRequest request =
          Schedules.request(schedule).setGroup(group(schedule.task())).build();
      Caller caller = Caller.onBehalfOf(schedule.uid());
      int uid = uid(schedule.task());
      return tasks.inTurn(
          () -> made(checkpoints.run(request, () -> uid, caller, OperationListener.NONE)));
    }

    @Override
    public long madeEpochMillis(String image) {
      return parts(image).stream()
          .mapToLong(part -> part.manifest().getCreatedEpochMillis())
          .max()
          .orElse(0);
    }

    @Override
    public void remove(String image) {
      removal.everywhere(image);
    }

    private List<ImageDirectory> parts(String image) {
      return images.parts(image, Caller.onBehalfOf(0));
    }
  }
}
