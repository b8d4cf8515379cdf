package io.sojourn.node.group;

import io.sojourn.engine.operation.OperationException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where several who work side by side wait for each other, one step after the other. Where one of
 * them fails, the others fail at the step that it does not come to.
 */
public final class Rendezvous implements CommonFate {
  private final int parties;
  private int arrived;
  private int step;
  private @Nullable Failure failure;

  public Rendezvous(int parties) {
    this.parties = parties;
  }

  /**
   * Returns when all have come here.
   *
   * @param who comes
   * @param last is run when they have, before they go on; what it throws is a failure of all
   */
  public synchronized void await(String who, Runnable last) {
    check();
    int mine = step;
    if (++arrived == parties) finish(who, last);
    while (step == mine && failure == null) pause();
    if (step == mine) check();
  }

  private void finish(String who, Runnable last) {
    try {
      last.run();
    } catch (RuntimeException trouble) {
      fail(who, trouble);
      throw trouble;
    }
    arrived = 0;
    step++;
    notifyAll();
  }

  /** One of them does not come any more. What all have passed they have passed. */
  @Override
  public synchronized void fail(String who, RuntimeException why) {
    if (failure == null) failure = new Failure(who, why);
    notifyAll();
  }

  @Override
  public synchronized Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  private void check() {
    if (failure == null) return;
    throw OperationException.failed(
        failure.who() + " could not: " + failure.why().getMessage(), "see there", failure.why());
  }

  private void pause() {
    try {
      wait();
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
      throw OperationException.failed("the daemon is about to end", "start it again");
    }
  }
}
