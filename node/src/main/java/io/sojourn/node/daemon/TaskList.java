package io.sojourn.node.daemon;

import io.sojourn.engine.control.Agent;
import io.sojourn.node.move.Moves;
import io.sojourn.protocol.node.ListTasksResponse;
import io.sojourn.protocol.node.Schedule;
import io.sojourn.protocol.node.Task.State;
import io.sojourn.restore.ExitStatusFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Tasks as a user sees them, with their numbers up to date. */
final class TaskList {
  /** For an agent's answer; one that stands still or is starved shows its last numbers. */
  private static final Duration REFRESH = Duration.ofMillis(100);

  private final Operations operations;
  private final ExecutorService workers;
  private final String node;
  private final Path runDirectory;
  private final Moves moves;
  private final Whereabouts whereabouts;
  private final Function<Task, Optional<Schedule>> schedules;
  private final Supervision supervision;

  /**
   * @param moves knows the tasks that are elsewhere, or have a deputy
   */
  TaskList(
      Operations operations,
      ExecutorService workers,
      String node,
      Path runDirectory,
      Moves moves,
      Function<Task, Optional<Schedule>> schedules,
      Supervision supervision) {
    this.operations = operations;
    this.workers = workers;
    this.node = node;
    this.runDirectory = runDirectory;
    this.moves = moves;
    this.whereabouts = new Whereabouts(moves);
    this.schedules = schedules;
    this.supervision = supervision;
  }

  ListTasksResponse of(List<Task> tasks) {
    ListTasksResponse.Builder list = ListTasksResponse.newBuilder();
    List<Callable<io.sojourn.protocol.node.Task>> views =
        tasks.stream()
            .map(task -> (Callable<io.sojourn.protocol.node.Task>) () -> view(task))
            .toList();
    try {
      for (Future<io.sojourn.protocol.node.Task> view : workers.invokeAll(views))
        list.addTasks(view.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the daemon is about to end", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return list.build();
  }

  private io.sojourn.protocol.node.Task view(Task task) {
    TaskRecord record = task.record();
    var view =
        io.sojourn.protocol.node.Task.newBuilder()
            .setId(record.id())
            .setName(record.name())
            .setMainClass(record.mainClass())
            .setState(state(task))
            .setNode(moves.whereIs(record.id()).orElse(node))
            .setHome(record.home())
            .setIncarnation(record.incarnation())
            .setUid(record.uid())
            .setGroup(record.group());
    task.newest()
        .ifPresent(
            image ->
                view.setLastImage(image.name())
                    .setLastImageEpochMillis(image.manifest().getCreatedEpochMillis()));
    task.life().ifPresent(life -> addLife(view, task, life));
    schedules.apply(task).ifPresent(view::setSchedule);
    supervision.of(record.id()).ifPresent(view::setSupervision);
    supervision.note(record.id()).ifPresent(view::setNote);
    whereabouts.note(task).ifPresent(view::setNote);
    if (view.getState() == State.ENDED)
      ExitStatusFile.of(runDirectory, record.id(), record.incarnation())
          .read()
          .ifPresent(view::setNote);
    return view.build();
  }

  private void addLife(io.sojourn.protocol.node.Task.Builder view, Task task, Life life) {
    operations.unlessBusy(task.id(), () -> new Agent(life.block()).refresh(REFRESH));
    // It is seen under its own number, which its deputy has here.
    view.setPid(moves.deputyOf(task.id()).orElse(life.pid()))
        .setIncarnation(life.block().incarnation())
        .setHeapUsedBytes(life.block().heapUsedBytes())
        .setThreads(life.block().threads())
        .setConnections(Connections.of(life.pid()));
  }

  private State state(Task task) {
    Optional<State> supervised =
        task.runs() ? Optional.empty() : supervision.stateOfEnded(task.id());
    if (supervised.isPresent()) return supervised.get();
    if (operations.verb(task.id()).isPresent()) return State.BUSY;
    return whereabouts.state(task);
  }
}
