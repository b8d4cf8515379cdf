package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.node.schedule.Interval;
import io.sojourn.node.schedule.Schedule;
import io.sojourn.node.schedule.Scheduler;
import io.sojourn.node.schedule.Work;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.EndScheduleRequest;
import io.sojourn.protocol.node.EndScheduleResponse;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.repository.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Periodic checkpoints: begun and ended by users, or by an option of the agent. */
final class Schedules implements AutoCloseable {
  private final Checkpoints checkpoints;
  private final TaskLookup tasks;
  private final TaskRegistry registry;
  private final ImageCalls images;
  private final Operations operations;
  private final Predicate<String> livesAway;
  private final Scheduler scheduler;
  private final Semaphore turns;
  private final Clock clock = Clock.systemUTC();

  /**
   * @param directory for their files
   * @param livesAway whether a task is on another node, and heard of
   * @param atOnce how many checkpoints that nobody has asked for are made at a time
   */
  Schedules(
      Path directory,
      Checkpoints checkpoints,
      TaskLookup tasks,
      TaskRegistry registry,
      ImageCalls images,
      Operations operations,
      Predicate<String> livesAway,
      int atOnce)
      throws IOException {
    this.checkpoints = checkpoints;
    this.tasks = tasks;
    this.registry = registry;
    this.images = images;
    this.operations = operations;
    this.livesAway = livesAway;
    this.turns = new Semaphore(atOnce, true);
    this.scheduler = Scheduler.open(directory, new TaskWork(), clock, atOnce);
  }

  /** Makes an image, and where the request says so more of them from then on. */
  OperationResult run(CheckpointRequest request, Caller caller, OperationListener listener) {
    if (!request.hasSchedule()) return checkpoints.run(request, caller, listener);
    if (request.getThen() != Then.RUN_ON)
      throw OperationException.usage(
          "what stops the task cannot be repeated", "say ckpt checkpoint --every");
    if (!request.getDirectory().isEmpty())
      throw OperationException.usage(
          "periodic images lie in the node's repository", "leave -o out");
    Interval interval = interval(request.getSchedule());
    OperationResult result = checkpoints.run(request, caller, listener);
    TaskRecord record = tasks.find(request.getTask(), caller).record();
    scheduler.begin(
        Schedule.begin(
            record.id(),
            interval,
            retention(request.getSchedule()),
            record.uid(),
            request.getCrac(),
            Checkpoints.wishes(request),
            clock.millis()));
    scheduler.made(record.id(), made(result));
    return result;
  }

  static Interval interval(io.sojourn.protocol.node.Schedule schedule) {
    try {
      return schedule.getAutomatic() ? Interval.AUTO : new Interval(schedule.getEveryMillis());
    } catch (IllegalArgumentException tooOften) {
      throw OperationException.usage(
          String.valueOf(tooOften.getMessage()), "name a longer interval");
    }
  }

  static Retention retention(io.sojourn.protocol.node.Schedule schedule) {
    return new Retention(Math.max(0, schedule.getKeep()), Math.max(0, schedule.getKeepDaily()));
  }

  /** A checkpoint as a schedule makes it. Of which task or group is left to the caller. */
  static CheckpointRequest.Builder request(Schedule schedule) {
    return CheckpointRequest.newBuilder()
        .setThen(Then.RUN_ON)
        .setCrac(schedule.crac())
        .addAllFiles(schedule.files().rules())
        .addAllVolumes(schedule.files().volumes())
        .setFilesLimitBytes(schedule.files().limitBytes());
  }

  private static Work.Made made(OperationResult result) {
    return new Work.Made(result.getDirectory(), Math.round(result.getTotalMillis()));
  }

  /** Makes one of a task's periodic images at once; false where there are none. */
  boolean now(String taskId) {
    return scheduler.now(taskId);
  }

  /** Does something that nobody has asked for, when it is its turn. */
  <T> T inTurn(Supplier<T> work) {
    turns.acquireUninterruptibly();
    try {
      return work.get();
    } finally {
      turns.release();
    }
  }

  EndScheduleResponse end(EndScheduleRequest request, Caller caller) {
    Task task = tasks.find(request.getTask(), caller);
    if (!scheduler.end(task.id()))
      throw OperationException.refused(
          "task " + task.title() + " is not checkpointed periodically",
          "nothing is to be done; ckpt ps shows which are");
    return EndScheduleResponse.newBuilder().setTask(task.name()).build();
  }

  /** A new task has been found: its agent may have been told how often. */
  void found(TaskRecord record, String agentOptions) {
    AgentSchedule.parse(agentOptions)
        .ifPresent(
            wanted -> scheduler.begin(wanted.begin(record.id(), record.uid(), clock.millis())));
  }

  /** A task runs again from a checkpoint. */
  void revived(String taskId) {
    scheduler.revived(taskId);
  }

  /** What an agent's options would say of it, with a comma at the end; "" for no schedule. */
  String optionsOf(String taskId) {
    return scheduler
        .of(taskId)
        .map(
            schedule ->
                "every=%s,keep=%d,keepDaily=%d,"
                    .formatted(
                        schedule.everyMillis() == 0 ? "auto" : schedule.everyMillis() + "ms",
                        schedule.keep(),
                        schedule.keepDaily()))
        .orElse("");
  }

  /** As a user sees it. */
  Optional<io.sojourn.protocol.node.Schedule> of(String taskId) {
    return scheduler.of(taskId).map(schedule -> view(schedule, clock.millis()));
  }

  static io.sojourn.protocol.node.Schedule view(Schedule schedule, long now) {
    return io.sojourn.protocol.node.Schedule.newBuilder()
        .setEveryMillis(schedule.intervalMillis(now))
        .setAutomatic(schedule.everyMillis() == 0)
        .setKeep(schedule.keep())
        .setKeepDaily(schedule.keepDaily())
        .setDueEpochMillis(schedule.dueEpochMillis(now))
        .setLastFailure(schedule.lastFailure())
        .build();
  }

  @Override
  public void close() throws InterruptedException {
    scheduler.close();
  }

  /** On behalf of the task's owner. */
  private final class TaskWork implements Work {
    @Override
    public Condition condition(String id) {
      if (operations.verb(id).isPresent()) return Condition.WAITS;
      return registry.tasks().stream()
          .filter(task -> task.id().equals(id))
          .findFirst()
          .map(task -> task.runs() || livesAway.test(id) ? Condition.RUNS : Condition.WAITS)
          .orElse(Condition.GONE);
    }

    @Override
    public Made checkpoint(Schedule schedule) {
      CheckpointRequest request = request(schedule).setTask(schedule.task()).build();
      Caller owner = Caller.onBehalfOf(schedule.uid());
      return inTurn(() -> made(checkpoints.run(request, owner, OperationListener.NONE)));
    }

    @Override
    public long madeEpochMillis(String directory) {
      return images.createdEpochMillis(Path.of(directory));
    }

    @Override
    public void remove(String directory) {
      images.removeIfThere(Path.of(directory));
    }
  }
}
