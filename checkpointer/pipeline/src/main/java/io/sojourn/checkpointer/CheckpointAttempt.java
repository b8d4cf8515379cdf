package io.sojourn.checkpointer;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.criu.DumpConversation;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.criu.CriuOpts;
import io.sojourn.protocol.image.Engine;
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
 * One try to make one image. The order: CRIU starts; at its first question the VM is stopped in a
 * safepoint; CRIU dumps; at its second question the image is complete and the task still held. A
 * freeze then stores the image before it lets CRIU end the task; a checkpoint lets the task run on
 * and stores behind its back.
 */
final class CheckpointAttempt implements DumpConversation.Steps {
  private static final Duration SETTLE = Duration.ofSeconds(10);

  private final CheckpointPipeline.Settings settings;
  private final ControlBlock task;
  private final String taskName;
  private final List<Stream> streams;
  private final ImageDraft draft;
  private final CheckpointOptions options;
  private final Report report;
  private final Agent agent;
  private final TaskFacts facts;
  private final ConnectionLock lock;
  private final ImageStore store;
  private final Pause pause;
  private final Seat seat;
  private final Remainder remainder;

  private @Nullable ThreadCensus threads;
  private @Nullable ImageDirectory image;
  private @Nullable PauseLimit limit;
  private @Nullable Observation observation;
  private long startNanos;

  CheckpointAttempt(
      CheckpointPipeline.Settings settings,
      FileDigests digests,
      ControlBlock task,
      String taskName,
      TaskFacts facts,
      ImageDraft draft,
      CheckpointOptions options,
      Seat seat,
      Report report) {
    this.settings = settings;
    this.task = task;
    this.taskName = taskName;
    this.facts = facts;
    this.lock = new ConnectionLock(task.id());
    this.streams = StreamCensus.of(facts);
    this.draft = draft;
    this.options = options;
    this.report = report;
    this.agent = new Agent(task);
    this.store = new ImageStore(task, digests, draft);
    this.pause = new Pause(task);
    this.seat = seat;
    this.remainder = new Remainder(settings, task, streams, seat);
  }

  CheckpointResult run() {
    boolean dumped = false;
    // Callbacks may speak to peers, and say goodbye to them.
    if (options.stop() && !options.crac())
      report.phase("lock connections", () -> lock.cover(facts.network()));
    startNanos = Clock.monotonicNanos();
    report.listener().phaseStarted("start CRIU");
    try (DumpConversation criu = DumpConversation.start(seat.criu(settings.criu()));
        PauseLimit clock = new PauseLimit(options.pauseLimit(), criu::cancel, () -> abort(criu))) {
      limit = clock;
      dumped = criu.dump(options(), this);
    } catch (IOException ended) {
      throw failure("CRIU ended in the middle of the dump; the task runs on");
    } finally {
      if (!dumped) giveUp();
    }
    if (!dumped) throw failure("CRIU could not dump the task");
    if (options.stop()) remainder.stays(imageName(), lock, report);
    pause.reportRelease(report);
    // A frozen task has been stored already. One that runs on is stored now, behind its back.
    ImageDirectory stored = image != null ? image : report.phase("store", this::store);
    discard(stored.path().resolve("stats-dump"));
    if (!options.stop()) settle();
    return new CheckpointResult(stored, pause.millis(!options.stop()));
  }

  private void abort(DumpConversation criu) {
    CriuRemains.hold(task.pid());
    criu.abort();
  }

  /** The task runs on already; its CRaC resources may be at work still. */
  private void settle() {
    if (!agent.settle(SETTLE)) report.warn("the agent is still busy; CRaC resources may hang");
    else if (!task.explanation().isEmpty()) report.warn(task.explanation());
  }

  private CriuOpts options() {
    CriuOpts.Builder criu =
        DumpOptions.of(
                draft.path(), Proc.innermostPid(task.pid()), options.ghostLimitBytes(), streams)
            .setLeaveRunning(!options.stop());
    // Connects that wait in a listening socket are in no image: they wait in the deputy's.
    if (options.stop() && seat.kept()) criu.setLeaveStopped(true).setTcpSkipInFlight(true);
    return criu.build();
  }

  private String imageName() {
    return draft.target().getFileName().toString();
  }

  /** CRIU has started: stop the VM. From here to the end of the pause nobody is told anything. */
  @Override
  public void beforeDump() {
    report.finished("start CRIU", (Clock.monotonicNanos() - startNanos) / 1e6);
    report.phase("observe", this::observe);
    report.listener().phaseStarted("stop and dump");
    pause.asked();
    boolean stopped =
        agent.stop(
            options.collection().ordinal(),
            options.crac(),
            options.pauseLimit(),
            options.guardLimit());
    if (!stopped) throw Refusals.stop(task, taskName, options);
    pause.stopped();
    if (options.crac()) refuseWhatIsOpen();
  }

  @Override
  public void dumping() {
    Objects.requireNonNull(limit).start();
    if (observation != null) carry(observation.facts());
  }

  /**
   * What can be read while the task runs is not read while it stands still. The threads are better
   * so, too: at the stop those that ran would be seen waiting for the safepoint.
   */
  private void observe() {
    threads = ThreadCensus.take(task.pid());
    if (!readWhenHeld()) observation = Observation.of(task);
  }

  /** A frozen task loses no time by it; and CRaC resources close what was open before the stop. */
  private boolean readWhenHeld() {
    return options.stop() || options.crac();
  }

  /** As the preflight; but the program has been asked to prepare, and did not close it. */
  private void refuseWhatIsOpen() {
    try {
      Preflight.open(TaskFacts.of(task.pid()), options.ghostLimitBytes());
    } catch (OperationException inTheWay) {
      throw OperationException.failed(
          inTheWay.getMessage() + ", also after the program's CRaC resources were called",
          inTheWay.mend(),
          inTheWay);
    }
  }

  /** The image is complete, the task is held. */
  @Override
  public void afterDump() {
    if (!Objects.requireNonNull(limit).keep()) throw tooLong();
    pause.dumped();
    Observation held = observed();
    observation = held;
    if (options.stop()) {
      pause.reportStop(report, options.crac());
      // Connections that were made since the preflight; as a rule none.
      lock.cover(held.facts().network());
      remainder.hold(imageName());
      image = report.phase("store", this::store);
      remainder.held();
      report.listener().phaseStarted("release");
    } else {
      task.go(Outcome.CHECKPOINTED);
    }
    pause.released();
  }

  /** CRIU runs, and the task too, or it is frozen. */
  @Override
  public void answered() {
    if (image == null && observation != null) pause.reportStop(report, options.crac());
  }

  /**
   * The task as it is held. One that runs on is not kept waiting for all of it again: what it has
   * open was read just before the stop, and only what it writes has changed since.
   */
  private Observation observed() {
    if (observation != null) return observation.atStop(task);
    Observation held = Observation.of(task);
    carry(held.facts());
    return held;
  }

  private void carry(TaskFacts held) {
    try {
      CarriedFiles.copy(held, draft.path());
    } catch (IOException e) {
      throw OperationException.failed(
          "the JVM's counter file cannot be copied into the image: " + e,
          "see whether the disk is full",
          e);
    }
  }

  private ImageDirectory store() {
    Observation seen = Objects.requireNonNull(observation);
    Manifest.Builder manifest =
        store
            .begin(taskName, settings.nodeName(), seen)
            .setKind(options.stop() ? Manifest.Kind.FREEZE : Manifest.Kind.CHECKPOINT)
            .addAllStreams(streams)
            .setEngine(engine())
            .setTiming(pause.timing(!options.stop()));
    if (threads != null) manifest.addAllThreads(threads.describe(seen.facts()));
    // CRIU writes its statistics at its very end, when a frozen task's members are listed already.
    if (!options.stop()) discard(draft.path().resolve("stats-dump"));
    return store.store(manifest);
  }

  private Engine engine() {
    Engine.Builder engine = Engine.newBuilder().setGhostLimitBytes(options.ghostLimitBytes());
    if (lock.placed()) engine.setNetworkLock(lock.table());
    return engine.build();
  }

  /** Whatever went wrong: the task runs on, its connections too. */
  private void giveUp() {
    try {
      // First: a call on a socket that is still in repair mode fails with EPERM.
      CriuRemains.clear(TaskFacts.of(task.pid()));
      remainder.undone();
    } finally {
      task.go(Outcome.ABANDONED);
    }
    if (lock.placed()) ConnectionLock.remove(lock.table());
    agent.settle(SETTLE);
  }

  private OperationException failure(String what) {
    if (limit != null && limit.hit()) return tooLong();
    return CriuLog.failure(
        what,
        draft.path().resolve(DumpOptions.LOG),
        FailureLog.place(settings.stateDirectory(), draft.target()));
  }

  private OperationException tooLong() {
    return OperationException.failed(
        "task "
            + taskName
            + " would have stood still for longer than "
            + options.pauseLimit().toMillis()
            + " ms; it runs on",
        "allow more: --pause-limit="
            + CheckpointOptions.twice(options.pauseLimit())
            + ", or make the image on a faster disk (-o)");
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
