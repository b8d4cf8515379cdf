package io.sojourn.checkpointer;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.criu.DumpConversation;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.criu.CriuNetworkLock;
import io.sojourn.protocol.criu.CriuOpts;
import io.sojourn.protocol.image.Engine;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Stream;
import io.sojourn.protocol.image.Timing;
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
  static final String LOG = "dump.log";
  private static final Duration SETTLE = Duration.ofSeconds(10);

  private final CheckpointPipeline.Settings settings;
  private final FileDigests digests;
  private final ControlBlock task;
  private final String taskName;
  private final List<Stream> streams;
  private final ImageDraft draft;
  private final CheckpointOptions options;
  private final Report report;
  private final Agent agent;
  private final TaskFacts facts;
  private final ConnectionLock lock;

  private @Nullable ThreadCensus threads;
  private @Nullable ImageDirectory image;
  private @Nullable PauseLimit limit;
  private @Nullable FrozenStreams holder;
  private @Nullable Observation observation;
  private long startNanos;
  private long askedNanos;
  private long stoppedNanos;
  private long dumpNanos;
  private long heldNanos;
  private long releasedNanos;

  CheckpointAttempt(
      CheckpointPipeline.Settings settings,
      FileDigests digests,
      ControlBlock task,
      String taskName,
      TaskFacts facts,
      ImageDraft draft,
      CheckpointOptions options,
      Report report) {
    this.settings = settings;
    this.digests = digests;
    this.task = task;
    this.taskName = taskName;
    this.facts = facts;
    this.lock = new ConnectionLock(task.id());
    this.streams = StreamCensus.of(facts);
    this.draft = draft;
    this.options = options;
    this.report = report;
    this.agent = new Agent(task);
  }

  CheckpointResult run() {
    boolean dumped = false;
    // Callbacks may speak to peers, and say goodbye to them.
    if (options.stop() && !options.crac())
      report.phase("lock connections", () -> lock.cover(facts.network()));
    startNanos = Clock.monotonicNanos();
    report.listener().phaseStarted("start CRIU");
    try (DumpConversation criu = DumpConversation.start(settings.criu())) {
      limit =
          new PauseLimit(
              options.pauseLimit(),
              () -> {
                CriuRemains.hold(task.pid());
                criu.abort();
              });
      dumped = criu.dump(options(), this);
    } catch (IOException ended) {
      throw criuDied(ended);
    } finally {
      if (limit != null) limit.close();
      if (!dumped) giveUp();
    }
    if (!dumped)
      throw CriuLog.failure(
          "CRIU could not dump the task",
          draft.path().resolve(LOG),
          FailureLog.place(settings.stateDirectory(), draft.target()));
    report.finished("release", (Clock.monotonicNanos() - releasedNanos) / 1e6);
    // A frozen task has been stored already. One that runs on is stored now, behind its back.
    ImageDirectory stored = image != null ? image : report.phase("store", this::store);
    discard(stored.path().resolve("stats-dump"));
    if (!options.stop()) settle();
    return new CheckpointResult(stored, pauseMillis());
  }

  /** The task runs on already; its CRaC resources may be at work still. */
  private void settle() {
    if (!agent.settle(SETTLE)) report.warn("the agent is still busy; CRaC resources may hang");
    else if (!task.explanation().isEmpty()) report.warn(task.explanation());
  }

  private CriuOpts options() {
    CriuOpts.Builder criu =
        CriuOpts.newBuilder()
            .setImagesDirFd(-1)
            .setImagesDir(draft.path().toString())
            .setPid(task.pid())
            .setLeaveRunning(!options.stop())
            .setExtUnixSk(true)
            .setTcpEstablished(true)
            .setShellJob(true)
            .setFileLocks(true)
            .setLinkRemap(true)
            .setLogLevel(2)
            .setLogFile(LOG)
            .setGhostLimit((int) Math.min(Integer.MAX_VALUE, options.ghostLimitBytes()))
            .setNetworkLock(CriuNetworkLock.SKIP);
    for (Stream stream : streams)
      if (stream.getKind().equals("terminal")) criu.addExternal(stream.getKey());
    return criu.build();
  }

  /** CRIU has started: stop the VM. */
  @Override
  public void beforeDump() {
    report.finished("start CRIU", (Clock.monotonicNanos() - startNanos) / 1e6);
    report.phase("observe", this::observe);
    report.listener().phaseStarted("stop");
    askedNanos = Clock.monotonicNanos();
    boolean stopped =
        agent.stop(
            options.collection().ordinal(),
            options.crac(),
            options.pauseLimit(),
            options.guardLimit());
    if (!stopped) throw Refusals.stop(task, taskName, options);
    stoppedNanos = Clock.monotonicNanos();
    report.finished(options.crac() ? "callbacks and guards" : "wait for guards", guardMillis());
    report.finished(task.collected() ? "collect and stop" : "stop", stopMillis());
    if (limit != null) limit.start();
    if (options.crac()) refuseWhatIsOpen();
    dumpNanos = Clock.monotonicNanos();
    report.listener().phaseStarted("dump");
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
    if (limit != null) limit.close();
    heldNanos = Clock.monotonicNanos();
    report.finished("dump", (heldNanos - dumpNanos) / 1e6);
    observation = observed();
    if (options.stop()) {
      // Connections that were made since the preflight; as a rule none.
      lock.cover(observation.facts().network());
      holder = new FrozenStreams(settings.shim(), settings.runDirectory());
      holder.hold(task.pid(), streams, draft.target().getFileName().toString());
      image = report.phase("store", this::store);
    } else {
      task.go(Outcome.CHECKPOINTED);
    }
    releasedNanos = Clock.monotonicNanos();
    report.listener().phaseStarted("release");
  }

  /**
   * The task as it is held. One that runs on is not kept waiting for all of it again: what it has
   * open was read just before the stop, and only what it writes has changed since.
   */
  private Observation observed() {
    try {
      Observation held =
          readWhenHeld() ? Observation.of(task) : Objects.requireNonNull(observation).atStop(task);
      CarriedFiles.copy(held.facts(), draft.path());
      return held;
    } catch (IOException e) {
      throw OperationException.failed(
          "the JVM's counter file cannot be copied into the image: " + e,
          "see whether the disk is full",
          e);
    }
  }

  private ImageDirectory store() {
    Observation seen = Objects.requireNonNull(observation);
    TaskFacts facts = seen.facts();
    Manifest.Builder manifest = ManifestWriter.begin(task, taskName, settings.nodeName(), seen);
    manifest
        .setName(draft.target().getFileName().toString())
        .setKind(options.stop() ? Manifest.Kind.FREEZE : Manifest.Kind.CHECKPOINT)
        .addAllFiles(digests.complete(seen.files()))
        .addAllSockets(ManifestWriter.sockets(facts))
        .addAllStreams(streams)
        .setEngine(engine())
        .setTiming(
            Timing.newBuilder()
                .setGuardMillis(guardMillis())
                .setCollectMillis(stopMillis())
                .setDumpMillis((heldNanos - dumpNanos) / 1e6)
                .setPauseMillis(pauseMillis()));
    if (threads != null) manifest.addAllThreads(threads.describe(facts));
    try {
      if (!options.stop()) discard(draft.path().resolve("stats-dump"));
      discard(draft.path().resolve(LOG));
      return draft.publish(manifest.addAllMembers(ManifestWriter.members(draft.path())).build());
    } catch (IOException | UncheckedIOException e) {
      throw OperationException.failed(
          "the image cannot be stored in " + draft.target().getParent() + ": " + e.getMessage(),
          "see whether the disk is full (df -h "
              + draft.target().getParent()
              + "), or choose another directory with -o",
          e);
    }
  }

  private Engine engine() {
    Engine.Builder engine = Engine.newBuilder().setGhostLimitBytes(options.ghostLimitBytes());
    if (lock.placed()) engine.setNetworkLock(lock.table());
    return engine.build();
  }

  /**
   * How long the VM took to stand still, by its own clock. A restored task lives in a time
   * namespace, whose CLOCK_MONOTONIC is not ours: only differences taken on one side mean anything.
   */
  private double stopMillis() {
    return (task.stoppedNanos() - task.askedNanos()) / 1e6;
  }

  private double guardMillis() {
    return Math.max(0, (stoppedNanos - askedNanos) / 1e6 - stopMillis());
  }

  /**
   * From the moment the VM was asked to stand still. For a freeze: until its memory was in the
   * image.
   */
  private double pauseMillis() {
    if (!options.stop() && task.resumedNanos() > task.stoppedNanos())
      return (task.resumedNanos() - task.askedNanos()) / 1e6;
    return stopMillis() + (heldNanos - stoppedNanos) / 1e6;
  }

  /** Whatever went wrong: the task runs on, its connections too. */
  private void giveUp() {
    if (holder != null) holder.release();
    try {
      // First: a call on a socket that is still in repair mode fails with EPERM.
      CriuRemains.clear(TaskFacts.of(task.pid()));
    } finally {
      task.go(Outcome.ABANDONED);
    }
    if (lock.placed()) ConnectionLock.remove(lock.table());
    agent.settle(SETTLE);
  }

  private OperationException criuDied(IOException cause) {
    if (limit != null && limit.hit())
      return OperationException.failed(
          "task "
              + taskName
              + " would have stood still for longer than "
              + options.pauseLimit().toMillis()
              + " ms; it runs on",
          "allow more: --pause-limit="
              + CheckpointOptions.twice(options.pauseLimit())
              + ", or make the image on a faster disk (-o)",
          cause);
    return CriuLog.failure(
        "CRIU ended in the middle of the dump; the task runs on",
        draft.path().resolve(LOG),
        FailureLog.place(settings.stateDirectory(), draft.target()));
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
