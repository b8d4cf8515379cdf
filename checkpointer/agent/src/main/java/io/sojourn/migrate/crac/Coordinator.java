package io.sojourn.migrate.crac;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings together who asks for checkpoints (the daemon through the control thread, or a thread of
 * the program), and the round of notifications. One round at a time.
 */
final class Coordinator {
  private static final Duration BETWEEN_KNOCKS = Duration.ofSeconds(2);
  private static final int KNOCKS_UNHEARD = 5;
  private static final Duration LAST_WORD = Duration.ofSeconds(5);

  private static final String NOBODY = "no node daemon listens for this task: start ckptd";

  private final GlobalContext global;
  private final ReentrantLock oneRequest = new ReentrantLock();
  private volatile @Nullable NodeDaemon daemon;
  private volatile @Nullable Request waiting;
  private volatile @Nullable Round round;
  private volatile Duration limit = Duration.ZERO;

  Coordinator(GlobalContext global) {
    this.global = global;
  }

  void connect(NodeDaemon daemon) {
    this.daemon = daemon;
  }

  /** On a thread of the program: {@link Core#checkpointRestore()}. */
  void request() throws CheckpointException, RestoreException {
    Round running = round;
    if (oneRequest.isHeldByCurrentThread()
        || (running != null && running.runsOn(Thread.currentThread())))
      throw refused(new IllegalStateException("a callback of a checkpoint asks for another"));
    oneRequest.lock();
    try {
      ask(daemon, new Request());
    } finally {
      oneRequest.unlock();
    }
  }

  private void ask(@Nullable NodeDaemon daemon, Request request)
      throws CheckpointException, RestoreException {
    if (daemon == null)
      throw refused(new UnsupportedOperationException("the agent of Sojourn is not at work"));
    waiting = request;
    daemon.ask(NodeDaemon.FREEZE);
    try {
      Round given = await(daemon, request);
      given.run();
      conclude(given, request);
    } finally {
      waiting = null;
      daemon.ask(NodeDaemon.NOTHING);
    }
  }

  private static Round await(NodeDaemon daemon, Request request) throws CheckpointException {
    if (!daemon.knock()) throw refused(new UnsupportedOperationException(NOBODY));
    // Again and again: a daemon that was restarted has forgotten, and one that died never answers.
    for (int unheard = 0; unheard < KNOCKS_UNHEARD && !request.await(BETWEEN_KNOCKS); )
      unheard = daemon.knock() ? 0 : unheard + 1;
    Round given = request.close();
    if (given != null) return given;
    String answer = request.answer(Duration.ZERO);
    throw refused(
        answer == null
            ? new UnsupportedOperationException(NOBODY)
            : new IllegalStateException(answer));
  }

  private static void conclude(Round round, Request request)
      throws CheckpointException, RestoreException {
    CheckpointException refusal = round.refusal();
    if (refusal != null) throw refusal;
    RestoreException failure = round.failure();
    if (!round.made()) {
      String answer = request.answer(LAST_WORD);
      CheckpointException abandoned =
          refused(
              new IllegalStateException(
                  Objects.requireNonNullElse(answer, "the checkpoint was given up")));
      if (failure != null) Suppression.add(abandoned, failure);
      throw abandoned;
    }
    if (failure != null) throw failure;
  }

  private static CheckpointException refused(RuntimeException why) {
    CheckpointException refused = new CheckpointException();
    refused.addSuppressed(why);
    return refused;
  }

  /** On the control thread: null, or why not. */
  @Nullable String beforeStop(Duration limit) {
    Round last = round;
    if (last != null && !last.ended())
      return "callbacks of the last checkpoint still run: " + last.hanging(this.limit);
    this.limit = limit;
    Round next = new Round(global);
    round = next;
    Request request = waiting;
    if (request != null && request.take(next)) {
      // Asked and heard: an image in which the request still stood would be frozen again once it
      // is restored.
      NodeDaemon heard = daemon;
      if (heard != null) heard.ask(NodeDaemon.NOTHING);
    } else new RoundThread(next).start();
    return next.before(limit);
  }

  /** On the control thread: null, or what did not come back. */
  @Nullable String afterStop(boolean made) {
    Round last = round;
    return last == null ? null : last.after(made, limit);
  }

  /** On the control thread: the daemon will not do what was asked for. */
  void answered(String text) {
    Request request = waiting;
    if (request != null) request.answered(text);
  }
}
