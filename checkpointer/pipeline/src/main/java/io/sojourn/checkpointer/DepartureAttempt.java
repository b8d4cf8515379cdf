package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.criu.CriuCommand;
import io.sojourn.engine.criu.DumpConversation;
import io.sojourn.engine.criu.KerndatCache;
import io.sojourn.engine.criu.TerminalSessions;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.criu.CriuOpts;
import io.sojourn.protocol.criu.CriuPageServer;
import io.sojourn.protocol.image.Manifest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One try to dump a task that is to live on elsewhere. Unlike for a freeze, the VM is stopped
 * before CRIU starts: what carries the task's connections is taken apart in between, and CRIU tries
 * out the kernel of a world's network when it starts. Files are not looked at: they are where they
 * are, at home. The task stands still afterwards.
 */
final class DepartureAttempt implements DumpConversation.Steps {
  private final TaskInHand hand;
  private final ControlBlock task;
  private final Departure departure;
  private final Report report;
  private final ImageDraft draft;

  private @Nullable PauseLimit limit;
  private boolean held;

  DepartureAttempt(TaskInHand hand, Departure departure, Report report) {
    this.hand = hand;
    this.task = hand.task();
    this.draft = hand.draft();
    this.departure = departure;
    this.report = report;
  }

  StandingTask run() {
    boolean dumped = false;
    try {
      departure.beginning(task);
      hand.stop(false);
      departure.standing(task);
      dump();
      ImageDirectory image = store();
      dumped = true;
      hand.pause().reportStop(report, false);
      return new StandingTask(hand, departure, image);
    } catch (IOException failed) {
      throw failure("task " + hand.name() + " cannot leave: " + failed.getMessage());
    } finally {
      if (!dumped) {
        hand.runsOn(departure::open, departure::undone);
        hand.settled();
      }
    }
  }

  private void dump() throws IOException {
    CriuCommand command = command();
    try (DumpConversation criu = DumpConversation.start(command);
        PauseLimit clock =
            new PauseLimit(hand.options().pauseLimit(), criu::cancel, () -> hand.abort(criu))) {
      limit = clock;
      clock.start();
      departure.writing(draft.path());
      if (departure.keepsMemory() ? dumpWithoutMemory(criu) : criu.dump(options().build(), this))
        return;
    }
    throw failure("CRIU could not dump the task");
  }

  /** In a world CRIU sees nothing of this node but what lies beside the draft. */
  private CriuCommand command() throws IOException {
    Path beside = Objects.requireNonNull(draft.path().getParent());
    CriuCommand command = CriuCommand.of(departure.criu(), task.pid(), departure.inside(beside));
    Path kerndat = hand.settings().runDirectory().resolve(KerndatCache.NAME);
    if (command.asUser() && Files.exists(kerndat))
      Files.copy(kerndat, beside.resolve(KerndatCache.NAME), StandardCopyOption.REPLACE_EXISTING);
    return command;
  }

  /**
   * CRIU would serve the memory itself, to whoever asks at a port. It is not to: it finds the port
   * taken when everything else is done, and lets go of the task, which is frozen by then. To CRIU
   * that is a failure.
   */
  private boolean dumpWithoutMemory(DumpConversation criu) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      boolean said =
          criu.dump(
              options()
                  .clearLeaveStopped()
                  .setLazyPages(true)
                  .setPs(CriuPageServer.newBuilder().setPort(taken.getLocalPort()))
                  .build(),
              this);
      return said || held;
    }
  }

  private CriuOpts.Builder options() {
    return DumpOptions.of(
            departure.inside(draft.path()),
            Proc.innermostPid(task.pid()),
            hand.options().ghostLimitBytes(),
            hand.streams())
        // What a listening socket has not accepted waits in home's own.
        .setTcpSkipInFlight(true)
        // Not ended by CRIU: the first process of a world would take CRIU along.
        .setLeaveStopped(true);
  }

  @Override
  public void beforeDump() {}

  @Override
  public void afterDump() {
    if (!Objects.requireNonNull(limit).keep()) throw hand.tooLong();
    hand.pause().dumped();
    try {
      departure.held(task, draft.path());
      TerminalSessions.forget(draft.path());
      held = true;
    } catch (IOException failed) {
      throw OperationException.failed(
          "task " + hand.name() + " cannot leave: " + failed.getMessage(),
          "the task runs on; see the log of the daemon",
          failed);
    }
  }

  private ImageDirectory store() {
    Observation seen = Observation.withoutFiles(task);
    TaskInHand.discardStatistics(draft.path());
    return hand.store()
        .passOn(
            hand.store()
                .begin(task, hand.name(), hand.settings().nodeName(), seen)
                .setKind(Manifest.Kind.FREEZE)
                .addAllMembers(departure.sentAhead())
                .addAllStreams(StreamCensus.still(hand.streams(), seen.facts()))
                .setTiming(hand.pause().timing(false)));
  }

  private OperationException failure(String what) {
    if (limit != null && limit.hit()) return hand.tooLong();
    return hand.failure(what + "; the task runs on", draft.path().resolve(DumpOptions.LOG));
  }
}
