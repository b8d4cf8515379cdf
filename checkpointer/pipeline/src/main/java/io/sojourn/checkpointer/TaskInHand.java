package io.sojourn.checkpointer;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.criu.DumpConversation;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A task that is being dumped, with what every dump needs; and the way back to where it ran on. */
final class TaskInHand {
  static final Duration SETTLE = Duration.ofSeconds(10);

  private final CheckpointPipeline.Settings settings;
  private final ControlBlock task;
  private final String name;
  private final ImageDraft draft;
  private final CheckpointOptions options;
  private final List<Stream> streams;
  private final Agent agent;
  private final ImageStore store;
  private final Pause pause;

  TaskInHand(
      CheckpointPipeline.Settings settings,
      FileDigests digests,
      ControlBlock task,
      String name,
      TaskFacts facts,
      ImageDraft draft,
      CheckpointOptions options) {
    this.settings = settings;
    this.task = task;
    this.name = name;
    this.draft = draft;
    this.options = options;
    this.streams = StreamCensus.of(facts);
    this.agent = new Agent(task);
    this.store = new ImageStore(digests, draft);
    this.pause = new Pause(task);
  }

  CheckpointPipeline.Settings settings() {
    return settings;
  }

  ControlBlock task() {
    return task;
  }

  String name() {
    return name;
  }

  ImageDraft draft() {
    return draft;
  }

  CheckpointOptions options() {
    return options;
  }

  List<Stream> streams() {
    return streams;
  }

  ImageStore store() {
    return store;
  }

  Pause pause() {
    return pause;
  }

  void stop(boolean crac) {
    pause.asked();
    stop(agent, task, name, options, crac);
    pause.stopped();
  }

  /** Returns when its VM stands still. */
  static void stop(
      Agent agent, ControlBlock task, String name, CheckpointOptions options, boolean crac) {
    if (!agent.stop(
        options.collection().ordinal(), crac, options.pauseLimit(), options.guardLimit()))
      throw Refusals.stop(task, name, options);
  }

  /** Returns a moment before the VM stands still: see {@link #stands}. */
  void nearlyStop() {
    pause.asked();
    if (!agent.nearlyStop(
        options.collection().ordinal(), options.pauseLimit(), options.guardLimit()))
      throw Refusals.stop(task, name, options);
    pause.stopped();
  }

  boolean stands() {
    return agent.stands();
  }

  /** A CRIU that does not hear is killed. */
  void abort(DumpConversation criu) {
    CriuRemains.hold(task.pid());
    criu.abort();
  }

  /**
   * Whatever went wrong: the task runs on, its connections too.
   *
   * @param open lets packets of its connections pass again
   * @param undo what else is to be undone before it does
   */
  void runsOn(Runnable open, Runnable undo) {
    runsOn(task, open, undo);
  }

  static void runsOn(ControlBlock task, Runnable open, Runnable undo) {
    try {
      try {
        open.run();
      } finally {
        // Before anything moves: a call on a socket that is still in repair mode fails with EPERM.
        CriuRemains.clear(TaskFacts.of(task.pid()));
        undo.run();
      }
    } finally {
      task.go(Outcome.ABANDONED);
    }
  }

  /** Waits until its agent is done with what was asked of it; false where that takes too long. */
  boolean settled() {
    return agent.settle(SETTLE);
  }

  /** CRIU writes them at its very end, when the members of an image may be listed already. */
  static void discardStatistics(Path image) {
    try {
      Files.deleteIfExists(image.resolve(DumpOptions.STATISTICS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param log of CRIU
   */
  OperationException failure(String what, Path log) {
    return CriuLog.failure(what, log, FailureLog.place(settings.stateDirectory(), draft.target()));
  }

  OperationException tooLong() {
    return OperationException.failed(
        "task "
            + name
            + " would have stood still for longer than "
            + options.pauseLimit().toMillis()
            + " ms; it runs on",
        "allow more: --pause-limit="
            + CheckpointOptions.twice(options.pauseLimit())
            + ", or make the image on a faster disk (-o)");
  }
}
