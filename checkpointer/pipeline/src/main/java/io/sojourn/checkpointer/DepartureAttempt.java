package io.sojourn.checkpointer;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.criu.DumpConversation;
import io.sojourn.engine.criu.TerminalSessions;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.criu.CriuOpts;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One try to dump a task that is to live on elsewhere. Unlike for a freeze, the VM is stopped
 * before CRIU starts: what carries the task's connections is taken apart in between, and CRIU tries
 * out the kernel of a world's network when it starts. Files are not looked at: they are where they
 * are, at home.
 */
final class DepartureAttempt implements DumpConversation.Steps {
  private static final Duration SETTLE = Duration.ofSeconds(10);

  private final CheckpointPipeline.Settings settings;
  private final ControlBlock task;
  private final String taskName;
  private final List<Stream> streams;
  private final ImageDraft draft;
  private final CheckpointOptions options;
  private final Departure departure;
  private final Report report;
  private final Agent agent;
  private final ImageStore store;
  private final Pause pause;

  private @Nullable PauseLimit limit;
  private @Nullable ImageDirectory image;

  DepartureAttempt(
      CheckpointPipeline.Settings settings,
      FileDigests digests,
      ControlBlock task,
      String taskName,
      TaskFacts facts,
      ImageDraft draft,
      CheckpointOptions options,
      Departure departure,
      Report report) {
    this.settings = settings;
    this.task = task;
    this.taskName = taskName;
    this.streams = StreamCensus.of(facts);
    this.draft = draft;
    this.options = options;
    this.departure = departure;
    this.report = report;
    this.agent = new Agent(task);
    this.store = new ImageStore(task, digests, draft);
    this.pause = new Pause(task);
  }

  CheckpointResult run() {
    boolean dumped = false;
    try {
      departure.beginning(task);
      stop();
      departure.standing(task);
      dump();
      image = store();
      dumped = true;
    } catch (IOException failed) {
      throw failure("task " + taskName + " cannot leave: " + failed.getMessage());
    } finally {
      if (!dumped) giveUp();
    }
    if (!departure.stays()) Proc.tree(task.pid()).forEach(each -> Signals.send(each, Signals.KILL));
    pause.reportStop(report, false);
    return new CheckpointResult(Objects.requireNonNull(image), pause.millis(false));
  }

  private void stop() {
    pause.asked();
    boolean stopped =
        agent.stop(
            options.collection().ordinal(), false, options.pauseLimit(), options.guardLimit());
    if (!stopped) throw Refusals.stop(task, taskName, options);
    pause.stopped();
  }

  private void dump() throws IOException {
    try (DumpConversation criu = DumpConversation.start(departure.criu());
        PauseLimit clock = new PauseLimit(options.pauseLimit(), criu::cancel, criu::abort)) {
      limit = clock;
      clock.start();
      if (criu.dump(options(), this)) return;
    }
    throw failure("CRIU could not dump the task");
  }

  private CriuOpts options() {
    return DumpOptions.of(
            departure.inside(draft.path()),
            Proc.innermostPid(task.pid()),
            options.ghostLimitBytes(),
            streams)
        // Not ended by CRIU: the first process of a world would take CRIU along.
        .setLeaveStopped(true)
        // Who has connected and was not accepted yet waits at home.
        .setTcpSkipInFlight(true)
        .build();
  }

  @Override
  public void beforeDump() {}

  @Override
  public void afterDump() {
    if (!Objects.requireNonNull(limit).keep()) throw failure("the dump took too long");
    pause.dumped();
    try {
      departure.held(task, draft.path());
      TerminalSessions.forget(draft.path());
    } catch (IOException failed) {
      throw OperationException.failed(
          "task " + taskName + " cannot leave: " + failed.getMessage(),
          "the task runs on; see the log of the daemon",
          failed);
    }
  }

  private ImageDirectory store() {
    Observation seen =
        new Observation(
            TaskFacts.of(task.pid()), List.of(), task.stoppedNanos(), Clock.boottimeNanos());
    discardStatistics();
    return store.store(
        store
            .begin(taskName, settings.nodeName(), seen)
            .setKind(Manifest.Kind.FREEZE)
            .addAllStreams(streams)
            .setTiming(pause.timing(false)));
  }

  /** CRIU writes them at its very end, or has not yet. */
  private void discardStatistics() {
    try {
      Files.deleteIfExists(draft.path().resolve("stats-dump"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whatever went wrong: the task runs on, its connections too. */
  private void giveUp() {
    try {
      // First: a call on a socket that is still in repair mode fails with EPERM.
      CriuRemains.clear(TaskFacts.of(task.pid()));
      departure.undone();
    } finally {
      task.go(Outcome.ABANDONED);
    }
    agent.settle(SETTLE);
  }

  private OperationException failure(String what) {
    Path log = draft.path().resolve(DumpOptions.LOG);
    return CriuLog.failure(
        what + "; the task runs on",
        log,
        FailureLog.place(settings.stateDirectory(), draft.target()));
  }
}
