package io.sojourn.migrate;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate before {@link CheckpointGuard}'s regions. A thread that enters writes that it is inside
 * and then reads whether the gate is closed; the gate writes that it is closed and then reads who
 * is inside (Dekker's way): so it costs the threads no lock, and no write to memory that they
 * share.
 */
final class GuardGate {
  /** The one that a freeze closes. */
  static final GuardGate PROGRAM = new GuardGate();

  private static final long POLL_NANOS = 100_000;

  /**
   * By thread; weak, so that neither a pool of threads nor a million virtual ones pile up here. A
   * guard lives as long as its thread, which holds it.
   */
  private final Set<Reference<CheckpointGuard>> guards = ConcurrentHashMap.newKeySet();

  private final ReferenceQueue<CheckpointGuard> ended = new ReferenceQueue<>();
  private final ThreadLocal<CheckpointGuard> ofThread = ThreadLocal.withInitial(this::register);

  /** Opened when the gate opens; null while it is open. */
  private volatile @Nullable CountDownLatch closed;

  private volatile BooleanSupplier insideElsewhere = () -> false;

  /**
   * @param test whether the current thread is inside a region of another kind, which closes later:
   *     held back here it could not leave that one
   */
  void letPass(BooleanSupplier test) {
    insideElsewhere = test;
  }

  CheckpointGuard ofCurrentThread() {
    return ofThread.get();
  }

  private CheckpointGuard register() {
    for (Reference<?> gone; (gone = ended.poll()) != null; ) guards.remove(gone);
    CheckpointGuard guard = new CheckpointGuard();
    guards.add(new WeakReference<>(guard, ended));
    return guard;
  }

  boolean isClosed() {
    return closed != null;
  }

  boolean passes() {
    return insideElsewhere.getAsBoolean();
  }

  void awaitOpen() {
    boolean interrupted = false;
    for (CountDownLatch latch; (latch = closed) != null; ) {
      try {
        latch.await();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }

  /**
   * Holds back who wants to enter, and waits until nobody is inside. On failure the gate is open
   * again.
   *
   * @return null, or who is still inside, and where
   */
  @Nullable String close(long limitMillis) {
    long deadline = System.nanoTime() + limitMillis * 1_000_000;
    if (closed == null) closed = new CountDownLatch(1);
    List<CheckpointGuard> inside = inside(guards());
    while (!inside.isEmpty()) {
      if (System.nanoTime() - deadline >= 0) {
        String held = GuardHolder.describe(inside, limitMillis);
        open();
        return held;
      }
      LockSupport.parkNanos(POLL_NANOS);
      // A thread that was not inside just now is held back if it comes; one that entered its first
      // region since is in `guards` before it looks at the gate, and is held back too.
      inside = inside(inside);
    }
    return null;
  }

  void open() {
    CountDownLatch latch = closed;
    closed = null;
    if (latch != null) latch.countDown();
  }

  private List<CheckpointGuard> guards() {
    List<CheckpointGuard> all = new ArrayList<>();
    for (Reference<CheckpointGuard> reference : guards) {
      CheckpointGuard guard = reference.get();
      if (guard != null) all.add(guard);
    }
    return all;
  }

  private static List<CheckpointGuard> inside(List<CheckpointGuard> guards) {
    return guards.stream().filter(CheckpointGuard::isInside).toList();
  }
}
