package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.node.schedule.Durations;
import io.sojourn.node.supervision.Care;
import io.sojourn.node.supervision.RestartPolicy;
import io.sojourn.node.supervision.Supervised;
import io.sojourn.node.supervision.Supervisor;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.EndSupervisionRequest;
import io.sojourn.protocol.node.EndSupervisionResponse;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Task.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;

/** What is done when tasks fail: begun and ended by users, or by an option of the agent. */
final class Supervision implements AutoCloseable {
  private final Schedules schedules;
  private final TaskLookup tasks;
  private final Supervisor supervisor;
  private final Ownership ownership;
  private final Clock clock = Clock.systemUTC();

  /**
   * @param directory for its files
   * @param workers restart tasks
   */
  Supervision(
      Path directory,
      Schedules schedules,
      TaskLookup tasks,
      Care care,
      Ownership ownership,
      ExecutorService workers)
      throws IOException {
    this.ownership = ownership;
    this.schedules = schedules;
    this.tasks = tasks;
    this.supervisor = Supervisor.open(directory, care, clock, workers);
  }

  /** Goes on where an earlier daemon has ended. */
  void begin() {
    ownership.begin(supervisor);
    supervisor.begin();
  }

  /** Something has become of a task. */
  void look(String taskId) {
    supervisor.look(taskId);
  }

  /** Makes an image, and where the request says so restarts the task from then on. */
  OperationResult run(CheckpointRequest request, Caller caller, OperationListener listener) {
    if (!request.hasSupervision()) return schedules.run(request, caller, listener);
    if (request.getThen() != Then.RUN_ON)
      throw OperationException.usage(
          "what stops the task does not restart it", "say ckpt checkpoint --on-failure");
    RestartPolicy policy = policy(request.getSupervision());
    if (policy.anywhere()) {
      ownership.check();
      if (!tasks.find(request.getTask(), caller).record().group().isEmpty()) throw notAnywhere();
    }
    OperationResult result = schedules.run(request, caller, listener);
    begin(result, policy, caller);
    return result;
  }

  /** The same with all tasks of a group. */
  OperationResult run(
      CheckpointRequest request, Groups groups, Caller caller, OperationListener listener) {
    if (!request.hasSupervision()) return groups.schedules().run(request, caller, listener);
    RestartPolicy policy = policy(request.getSupervision());
    if (policy.anywhere()) throw notAnywhere();
    OperationResult result = groups.schedules().run(request, caller, listener);
    // Other nodes look after theirs.
    begin(result.getMembersList().stream().filter(one -> one.getNode().isEmpty()), policy, caller);
    return result;
  }

  /** With those of a group's tasks that are this node's, where another was told. */
  void begin(CheckpointRequest request, List<OperationResult> here, Caller caller) {
    if (!request.hasSupervision()) return;
    RestartPolicy policy = policy(request.getSupervision());
    begin(here.stream(), policy, caller);
  }

  private void begin(Stream<OperationResult> made, RestartPolicy policy, Caller caller) {
    made.forEach(member -> begin(member, policy, caller));
  }

  private static OperationException notAnywhere() {
    return OperationException.usage(
        "tasks of a group are restarted on their own node", "leave --restart-on=any out");
  }

  private void begin(OperationResult result, RestartPolicy policy, Caller caller) {
    TaskRecord record = tasks.find(result.getTaskId(), caller).record();
    supervisor.begin(record.id(), policy, record.uid());
    // It may end before anybody has looked at it.
    supervisor.begun(record.id(), TaskCare.process(result.getPid(), result.getIncarnation()));
  }

  private static RestartPolicy policy(io.sojourn.protocol.node.Supervision wanted) {
    RestartPolicy usual = RestartPolicy.USUAL;
    try {
      return new RestartPolicy(
          wanted.getAnywhere(),
          orElse(wanted.getDelayMillis(), usual.delayMillis()),
          orElse(
              wanted.getMaxDelayMillis(),
              Math.max(wanted.getDelayMillis(), usual.maxDelayMillis())),
          (int) orElse(wanted.getStartLimitBurst(), usual.startLimitBurst()),
          orElse(wanted.getStartLimitIntervalMillis(), usual.startLimitIntervalMillis()));
    } catch (IllegalArgumentException nonsense) {
      throw OperationException.usage(
          String.valueOf(nonsense.getMessage()), "see ckpt checkpoint --help");
    }
  }

  private static long orElse(long value, long usual) {
    return value == 0 ? usual : value;
  }

  /** The same with all tasks of a group. */
  EndSupervisionResponse end(EndSupervisionRequest request, List<Task> members) {
    // Each of them, whether or not the others were.
    List<Task> ended = members.stream().filter(task -> supervisor.end(task.id())).toList();
    if (ended.isEmpty())
      throw OperationException.refused(
          "no task of group " + request.getGroup() + " is restarted when it fails",
          "nothing is to be done; ckpt ps shows which are");
    return EndSupervisionResponse.newBuilder().setTask(request.getGroup()).build();
  }

  EndSupervisionResponse end(EndSupervisionRequest request, Caller caller) {
    Task task = tasks.find(request.getTask(), caller);
    if (!supervisor.end(task.id()))
      throw OperationException.refused(
          "task " + task.title() + " is not restarted when it fails",
          "nothing is to be done; ckpt ps shows which are");
    return EndSupervisionResponse.newBuilder().setTask(task.name()).build();
  }

  /** A new task has been found: its agent may have been told what to do. */
  void found(TaskRecord record, String agentOptions) {
    RestartPolicy.ofAgent(agentOptions)
        .map(policy -> record.group().isEmpty() ? policy : policy.atHome())
        .ifPresent(policy -> supervisor.begin(record.id(), policy, record.uid()));
  }

  /** As a user sees it. */
  Optional<io.sojourn.protocol.node.Supervision> of(String taskId) {
    return supervisor.of(taskId).map(this::view);
  }

  private io.sojourn.protocol.node.Supervision view(Supervised one) {
    RestartPolicy policy = one.policy();
    return io.sojourn.protocol.node.Supervision.newBuilder()
        .setAnywhere(policy.anywhere())
        .setDelayMillis(policy.delayMillis())
        .setMaxDelayMillis(policy.maxDelayMillis())
        .setStartLimitBurst(policy.startLimitBurst())
        .setStartLimitIntervalMillis(policy.startLimitIntervalMillis())
        .setRestarts(one.recent(clock.millis()).size())
        .setLastEnd(one.lastEnd())
        .setDueEpochMillis(one.dueEpochMillis())
        .setTrouble(one.trouble())
        .build();
  }

  /** What to say of a task that has ended, where it is not simply that. */
  Optional<State> stateOfEnded(String taskId) {
    return supervisor
        .of(taskId)
        .flatMap(
            one ->
                switch (one.state()) {
                  case RESTARTING -> Optional.of(State.RESTARTING);
                  case FAILED, UNABLE -> Optional.of(State.FAILED);
                  case WATCHED, AWAY, ENDED, ELSEWHERE -> Optional.empty();
                });
  }

  /** A sentence for the user; empty where there is nothing to say. */
  Optional<String> note(String taskId) {
    return supervisor
        .of(taskId)
        .flatMap(
            one ->
                switch (one.state()) {
                  case WATCHED, AWAY -> Optional.empty();
                  case ENDED -> Optional.of(one.lastEnd());
                  case FAILED, UNABLE -> Optional.of(one.lastEnd() + "; " + one.trouble());
                  case ELSEWHERE -> Optional.of(one.trouble());
                  case RESTARTING -> Optional.of(one.lastEnd() + again(one));
                });
  }

  private String again(Supervised one) {
    long left = one.dueEpochMillis() - clock.millis();
    return (left > 0 ? ", again in " + Durations.text(left) : "")
        + (one.trouble().isEmpty() ? "" : "; " + one.trouble());
  }

  @Override
  public void close() throws InterruptedException {
    supervisor.close();
    ownership.close();
  }
}
