package io.sojourn.migrate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A region of a program in which no checkpoint may be taken, because something outside of the
 * process would be left half done: a file or memory shared with others, a device, a protocol of
 * one's own.
 *
 * <pre>{@code
 * try (var guard = CheckpointGuard.enter()) {
 *   ledger.take(page);
 *   ledger.write(page);
 * }
 * }</pre>
 *
 * <p>A freeze waits, within its guard limit, until no thread is inside, and meanwhile holds back
 * threads that want to come in. Regions nest: a thread that is inside comes in again at once. Keep
 * them short, and do not wait in one for another thread that may have to enter a region itself: it
 * is held back, and the freeze fails when its limit is over, with a message that names this thread.
 *
 * <p>Entering and leaving cost some nanoseconds and allocate nothing after a thread's first time.
 * Without the agent, or with {@code guard=off}, nothing ever waits here. Virtual threads are as
 * welcome as any.
 */
public final class CheckpointGuard implements AutoCloseable {
  private static final VarHandle INSIDE;

  static {
    try {
      INSIDE = MethodHandles.lookup().findVarHandle(CheckpointGuard.class, "inside", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Thread thread = Thread.currentThread();
  private int depth;

  // Written by the thread, read by the gate; by INSIDE only.
  @SuppressWarnings("unused")
  private boolean inside;

  CheckpointGuard() {}

  /**
   * Enters a region; waits while a freeze is about to stop the program. An interrupt does not end
   * that wait, and is kept for later.
   *
   * @return the region, to be closed by the same thread
   */
  public static CheckpointGuard enter() {
    CheckpointGuard guard = GuardGate.PROGRAM.ofCurrentThread();
    guard.enter(GuardGate.PROGRAM);
    return guard;
  }

  void enter(GuardGate gate) {
    if (depth++ > 0) return;
    // Volatile write, then volatile read: either we see the gate closed, or the gate sees us
    // inside.
    INSIDE.setVolatile(this, true);
    while (gate.isClosed() && !gate.passes()) {
      INSIDE.setVolatile(this, false);
      gate.awaitOpen();
      INSIDE.setVolatile(this, true);
    }
  }

  /**
   * Leaves the region. A region that is closed once too often stays closed.
   *
   * @throws IllegalStateException in any other thread than the one that entered
   */
  @Override
  public void close() {
    if (Thread.currentThread() != thread)
      throw new IllegalStateException(
          "a guarded region must be left by the thread that entered it, " + thread.getName());
    if (depth == 0) return;
    // The gate looks again and again while it closes, so nobody has to be told.
    if (--depth == 0) INSIDE.setRelease(this, false);
  }

  /** Whether a freeze has to wait for this thread. One that has ended holds nothing any more. */
  boolean isInside() {
    return (boolean) INSIDE.getVolatile(this) && thread.isAlive();
  }

  Thread thread() {
    return thread;
  }
}
