package io.sojourn.checkpointer;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.CopyOrder;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.linux.MemoryCopy;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The real {@link Checkpointer}: preflight, then one {@link CheckpointAttempt}. */
public final class CheckpointPipeline implements Checkpointer, Departures {
  /**
   * @param criu binary or wrapper, version 4.2 or later
   * @param shim ckpt-shim
   * @param runDirectory of the daemon
   * @param memory a directory on a tmpfs, of the daemon's own
   * @param stateDirectory of the daemon; logs of failed attempts go to its "logs"
   * @param nodeName as users know this node
   * @param memoryCopies whether a large task may run on before its memory is stored
   */
  public record Settings(
      Path criu,
      Path shim,
      Path runDirectory,
      Path memory,
      Path stateDirectory,
      String nodeName,
      boolean memoryCopies) {}

  private final Settings settings;
  private final FileDigests digests = new FileDigests();
  private final MemoryCopies copies;

  public CheckpointPipeline(Settings settings) {
    this.settings = settings;
    this.copies = new MemoryCopies(settings);
    CriuFiles.sweep(settings.memory());
  }

  @Override
  public CheckpointResult checkpoint(
      ControlBlock task,
      String taskName,
      Path target,
      CheckpointOptions options,
      Seat seat,
      Company company,
      Report report) {
    if (new Agent(task).busy()) throw busy(taskName);
    TaskFacts facts =
        report.phase(
            "preflight",
            () -> {
              TaskFacts now = TaskFacts.of(task.pid());
              if (!seat.apart()) Preflight.processes(now);
              // What callbacks may close is looked at when they have.
              if (!options.crac()) Preflight.open(now, options.ghostLimitBytes());
              // Libraries and jars are read now, while the task runs; what it writes comes later.
              digests.complete(
                  FileCensus.of(now).stream().filter(file -> !file.getWritten()).toList());
              return now;
            });
    boolean copying = copies.worthIt(task, options, seat, company, report);
    Manner manner = Manner.first(options, company, Proc.threads(task.pid()).size(), copying);
    return attempt(task, taskName, facts, target, options, manner, seat, company, report);
  }

  private CheckpointResult attempt(
      ControlBlock task,
      String taskName,
      TaskFacts facts,
      Path target,
      CheckpointOptions options,
      Manner manner,
      Seat seat,
      Company company,
      Report report) {
    ImageDraft draft = ImageDraft.create(target);
    TaskInHand hand = new TaskInHand(settings, digests, task, taskName, facts, draft, options);
    @Nullable Manner another;
    try (CriuFiles files = CriuFiles.of(settings.memory(), task.id(), facts, draft.path())) {
      CheckpointAttempt attempt =
          new CheckpointAttempt(hand, facts, files, manner, seat, company, copies, report);
      try {
        return attempt.run();
      } catch (RuntimeException failed) {
        another = attempt.another().orElse(null);
        // What the next try may mend is no failure yet.
        if (another == null) FailureLog.keep(files.log(), settings.stateDirectory(), target);
        draft.discard();
        if (another == null) throw failed;
      }
    }
    TaskFacts now = TaskFacts.of(task.pid());
    return attempt(task, taskName, now, target, options, another, seat, company, report);
  }

  @Override
  public StandingTask depart(
      ControlBlock task,
      String taskName,
      Path target,
      CheckpointOptions options,
      Departure departure,
      Report report) {
    if (new Agent(task).busy()) throw busy(taskName);
    TaskFacts facts =
        report.phase(
            "preflight",
            () -> {
              TaskFacts now = TaskFacts.of(task.pid());
              Preflight.open(now, options.ghostLimitBytes());
              return now;
            });
    ImageDraft draft = ImageDraft.create(target);
    try {
      TaskInHand hand = new TaskInHand(settings, digests, task, taskName, facts, draft, options);
      return new DepartureAttempt(hand, departure, report).run();
    } catch (RuntimeException failed) {
      FailureLog.keep(draft.path().resolve(DumpOptions.LOG), settings.stateDirectory(), target);
      draft.discard();
      throw failed;
    }
  }

  @Override
  public Optional<PreCopy> preCopy(
      ControlBlock task, String taskName, CheckpointOptions options, Report report) {
    Agent agent = new Agent(task);
    if (agent.busy()) throw busy(taskName);
    if (!copies.preCopies(task)) return Optional.empty();
    // What a departure would refuse later it refuses before anything is touched.
    Preflight.open(TaskFacts.of(task.pid()), options.ghostLimitBytes());
    return report.phase("copy", () -> copy(task, agent, taskName, options, report));
  }

  private Optional<PreCopy> copy(
      ControlBlock task, Agent agent, String taskName, CheckpointOptions options, Report report) {
    CopyOrder order = new CopyOrder(task, (int) ProcessHandle.current().pid());
    OptionalInt copy;
    try {
      TaskInHand.stop(agent, task, taskName, options, false);
      copy = order.ask(options.pauseLimit());
    } catch (RuntimeException refused) {
      order.end();
      throw refused;
    } finally {
      task.go(Outcome.ABANDONED);
      agent.settle(TaskInHand.SETTLE);
    }
    try {
      if (copy.isPresent())
        return Optional.of(new PreCopy(task, order, copy.getAsInt(), copies::ended));
    } catch (MemoryCopy.GoneException gone) {
      report.warn(PreCopy.GONE);
    }
    order.end();
    return Optional.empty();
  }

  @Override
  public DistantImage distant(Path target, CheckpointOptions options, ThreadIdentity user) {
    return new DistantImage(settings.nodeName(), ImageDraft.create(target), options, user, digests);
  }

  private static OperationException busy(String taskName) {
    return OperationException.refused(
        "task " + taskName + " is busy with an earlier request",
        "try again when ckpt ps shows it running");
  }

  /**
   * Looks at this very process as it would at a task. The first checkpoint then finds the classes
   * loaded, XXH3 compiled, and the digests of a JDK's libraries known: 0.1 s of work instead of a
   * second.
   *
   * <p>What this process writes is left out: to close a file lets go of the process's locks on it,
   * through whichever descriptor they were taken (fcntl(2)), and the daemon holds one.
   */
  public void warmUp() {
    digests.complete(
        FileCensus.of(TaskFacts.of((int) ProcessHandle.current().pid())).stream()
            .filter(file -> !file.getWritten())
            .toList());
  }
}
