package io.sojourn.checkpointer;

import io.sojourn.checkpointer.files.FileMemory;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.criu.CriuCommand;
import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.criu.DumpConversation;
import io.sojourn.engine.criu.PageServer;
import io.sojourn.engine.criu.Snapshot;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.image.PageStore;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.EmptyQueues;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Engine;
import io.sojourn.protocol.image.Manifest;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One try to make one image. The order: CRIU starts; at its first question the VM is stopped in a
 * safepoint; CRIU dumps; at its second question the image is complete and the task still held. A
 * freeze then stores the image before it lets CRIU end the task; a checkpoint lets the task run on
 * and stores behind its back.
 */
final class CheckpointAttempt implements DumpConversation.Steps {
  /** Of CRIU's sk-tcp.c and sk-inet.c: a queue was not as long as said; a peer has just come. */
  private static final List<String> DISTURBED =
      List.of("libsoccr_save() failed", "In-flight connection");

  private final TaskInHand hand;
  private final ControlBlock task;
  private final ImageDraft draft;
  private final CheckpointOptions options;
  private final Manner manner;
  private final Report report;
  private final TaskFacts facts;
  private final CriuFiles files;
  private final ConnectionLock lock;
  private final Pause pause;
  private final Seat seat;
  private final Company company;
  private final Remainder remainder;
  private final PageStore pages;
  private final FileMemory memory;
  private final MemoryCopies copies;
  private final @Nullable Snapshot snapshot;

  private @Nullable ThreadCensus threads;
  private @Nullable ImageDirectory image;
  private @Nullable PauseLimit limit;
  private @Nullable Observation observation;
  private boolean overtaken;
  private boolean misread;
  private long startNanos;

  CheckpointAttempt(
      TaskInHand hand,
      TaskFacts facts,
      CriuFiles files,
      Manner manner,
      Seat seat,
      Company company,
      MemoryCopies copies,
      Report report) {
    this.hand = hand;
    this.task = hand.task();
    this.draft = hand.draft();
    this.options = hand.options();
    this.pause = hand.pause();
    this.facts = facts;
    this.files = files;
    this.manner = manner;
    this.lock = new ConnectionLock(task.id());
    this.report = report;
    this.seat = seat;
    this.company = company;
    this.pages = new PageStore(draft.path());
    this.memory = new FileMemory(options.files(), draft.path(), ThreadIdentity.of(task.pid()));
    this.copies = copies;
    this.snapshot = manner.copying() ? copies.of(task, files.path()) : null;
    this.remainder = new Remainder(hand.settings(), task, hand.streams(), seat);
  }

  CheckpointResult run() {
    try (pages;
        memory;
        snapshot) {
      if (memory.remembers())
        report.phase(
            "copy files", () -> memory.early(facts.descriptors(), facts.mappings().values()));
      // Callbacks may speak to peers, and say goodbye to them.
      if (manner.quiet() && !options.crac())
        report.phase("lock connections", () -> lock.cover(facts.network()));
      dump();
      if (options.stop()) remainder.stays(imageName(), lock, report);
      else lock.lift();
      pause.reportRelease(report);
      // A frozen task has been stored already. One that runs on is stored now, behind its back.
      ImageDirectory stored = image != null ? image : report.phase("store", this::store);
      TaskInHand.discardStatistics(stored.path());
      if (!options.stop()) settle();
      return new CheckpointResult(stored, pause.millis(!options.stop()));
    }
  }

  private void dump() {
    startNanos = Clock.monotonicNanos();
    report.listener().phaseStarted("start CRIU");
    boolean dumped = false;
    CheckpointPipeline.Settings settings = hand.settings();
    CriuCommand command =
        CriuCommand.of(seat.criu(settings.criu()), task.pid(), settings.runDirectory());
    long expected = snapshot == null ? Proc.dirtyBytes(task.pid()) : MemoryCopies.BESIDE;
    try (PageServer server = PageServer.start(pages, expected);
        DumpConversation criu = DumpConversation.start(command, server, snapshot);
        PauseLimit clock =
            new PauseLimit(options.pauseLimit(), criu::cancel, () -> hand.abort(criu))) {
      limit = clock;
      dumped =
          criu.dump(
              DumpOptions.of(task, files.path(), options, hand.streams(), seat, company), this);
      if (!dumped && server.failure() != null && !clock.hit())
        throw hand.store().cannot(server.failure());
    } catch (IOException ended) {
      throw failure("CRIU ended in the middle of the dump; the task runs on");
    } finally {
      if (!dumped) giveUp();
    }
    if (!dumped) throw failure("CRIU could not dump the task");
  }

  /** The task runs on already; its CRaC resources may be at work still. */
  private void settle() {
    if (!hand.settled()) report.warn("the agent is still busy; CRaC resources may hang");
    else if (!task.explanation().isEmpty()) report.warn(task.explanation());
  }

  private String imageName() {
    return draft.target().getFileName().toString();
  }

  /**
   * What can be read while the task runs is not read while it stands still; and CRIU, kept waiting
   * for it, would go on with cold caches. The threads are better so, too: at the stop those that
   * ran would be seen waiting for the safepoint.
   */
  @Override
  public void starting() {
    threads = ThreadCensus.take(task.pid());
    if (!readWhenHeld()) observation = Observation.of(task);
  }

  /** CRIU has started: stop the VM. From here to the end of the pause nobody is told anything. */
  @Override
  public void beforeDump() {
    report.finished("start CRIU", (Clock.monotonicNanos() - startNanos) / 1e6);
    company.ready();
    report.listener().phaseStarted("stop and dump");
    if (manner.overlapping()) hand.nearlyStop();
    else hand.stop(options.crac());
    if (options.crac()) afterCallbacks(TaskFacts.of(task.pid()));
  }

  @Override
  public void dumping() {
    Objects.requireNonNull(limit).start();
    if (observation != null) carry(observation.facts());
  }

  /** All threads are held. Those of a VM that did not stand still until now will not any more. */
  @Override
  public void held() {
    overtaken = !hand.stands();
    if (overtaken) throw failure("CRIU was faster than the VM");
    if (snapshot != null) snapshot.passed();
    company.held();
  }

  /** A frozen task loses no time by it; and CRaC resources close what was open before the stop. */
  private boolean readWhenHeld() {
    return options.stop() || options.crac();
  }

  /** As the preflight; but the program has been asked to prepare, and did not close it. */
  private void afterCallbacks(TaskFacts open) {
    try {
      Preflight.open(open, options.ghostLimitBytes());
    } catch (OperationException inTheWay) {
      throw OperationException.failed(
          inTheWay.getMessage() + ", also after the program's CRaC resources were called",
          inTheWay.mend(),
          inTheWay);
    }
    if (manner.quiet()) lock.cover(open.network());
  }

  /** The image is complete, the task is held. */
  @Override
  public void afterDump() {
    pause.dumped();
    takeCopy();
    if (!manner.quiet()) refuseMisread();
    if (memory.remembers()) {
      memory.hold(files.path());
      pause.remembered();
    }
    if (!Objects.requireNonNull(limit).keep()) throw hand.tooLong();
    Observation held = observed();
    // What was closed since it was seen need not be there at a restore.
    if (memory.remembers()) held = held.within(memory.found());
    observation = held;
    if (options.stop()) {
      pause.reportStop(report, options.crac());
      // Connections that were made since the preflight; as a rule none.
      lock.cover(held.facts().network());
      remainder.hold(imageName());
      ImageDirectory stored = report.phase("store", this::store);
      image = stored;
      remainder.held(stored.path());
      report.listener().phaseStarted("release");
    } else {
      company.dumped();
      task.go(Outcome.CHECKPOINTED);
    }
    pause.released();
  }

  private void takeCopy() {
    if (snapshot == null) return;
    try {
      snapshot.held();
    } catch (IOException e) {
      throw failure("what CRIU has left to the copy is lost: " + e);
    }
  }

  /** In company the connections among the tasks are still, and others do not outlive an image. */
  private void refuseMisread() {
    if (!company.alone()) return;
    try {
      misread =
          EmptyQueues.misread(
              files.path(),
              facts.descriptors().stream(),
              () -> Proc.tree(task.pid()).stream().flatMap(pid -> Descriptor.of(pid).stream()));
    } catch (IOException e) {
      throw hand.store().cannot(e);
    }
    if (misread) throw failure("CRIU has misread a connection");
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
    completeMemory();
    Observation seen = Objects.requireNonNull(observation);
    Manifest.Builder manifest =
        hand.store()
            .begin(task, hand.name(), hand.settings().nodeName(), seen)
            .setKind(options.stop() ? Manifest.Kind.FREEZE : Manifest.Kind.CHECKPOINT)
            .addAllStreams(StreamCensus.still(hand.streams(), seen.facts()))
            .setEngine(engine())
            .setTiming(pause.timing(!options.stop()));
    if (threads != null) manifest.addAllThreads(threads.describe(seen.facts()));
    company.describe(manifest);
    try {
      memory.complete(manifest);
    } catch (IOException e) {
      throw hand.store().cannot(e);
    }
    // CRIU writes its statistics at its very end, when a frozen task's members are listed already.
    if (!options.stop()) TaskInHand.discardStatistics(draft.path());
    return hand.store().store(manifest, files, pages);
  }

  /** First of all: the longer there is a copy, the more memory has to be copied. */
  private void completeMemory() {
    if (snapshot == null) return;
    try {
      snapshot.complete(pages);
      copies.ended(snapshot);
    } catch (IOException e) {
      // The task runs on already, and may be stopped again.
      hand.settled();
      throw hand.store().cannot(e);
    }
  }

  private Engine engine() {
    Engine.Builder engine = Engine.newBuilder().setGhostLimitBytes(options.ghostLimitBytes());
    if (options.stop() && lock.placed()) engine.setNetworkLock(lock.table());
    return engine.build();
  }

  /** Whatever went wrong: the task runs on, its connections too. */
  private void giveUp() {
    hand.runsOn(lock::lift, remainder::undone);
    hand.settled();
  }

  /** How another try may come through, when this one has failed. */
  Optional<Manner> another() {
    if (!company.alone()) return Optional.empty();
    if (overtaken) return Optional.of(manner.oneAfterTheOther());
    if (limit != null && limit.hit()) return Optional.empty();
    if (snapshot != null && copies.failed(snapshot, files.log(), report))
      return Optional.of(manner.withoutCopy());
    // A peer's packet has changed a connection while CRIU read it.
    boolean disturbed = misread || CriuLog.says(files.log(), DISTURBED);
    return disturbed && !manner.quiet()
        ? Optional.of(manner.withConnectionsStill())
        : Optional.empty();
  }

  private OperationException failure(String what) {
    if (limit != null && limit.hit()) return hand.tooLong();
    return hand.failure(what, files.log());
  }
}
