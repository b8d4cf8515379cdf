package io.sojourn.home.files;

import io.sojourn.engine.linux.Awake;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Work for threads of which one, that has just done something, stays awake for a moment: it is
 * given what comes then, and nobody needs to be woken. See {@link Awake}.
 */
final class AlertQueue extends LinkedBlockingQueue<Runnable> {
  private static final long serialVersionUID = 1;

  private final transient AtomicBoolean taken = new AtomicBoolean();
  private final transient AtomicReference<@Nullable Runnable> handed = new AtomicReference<>();

  /** Of the one that has taken it. */
  private final transient Awake awake = new Awake();

  @Override
  public boolean offer(Runnable work) {
    // Who is awake may fall asleep at this moment: then it is taken back, unless it has it.
    if (taken.get()
        && handed.compareAndSet(null, work)
        && (taken.get() || !handed.compareAndSet(work, null))) return true;
    return super.offer(work);
  }

  @Override
  public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
    if (taken.compareAndSet(false, true)) {
      Runnable next = awake();
      taken.set(false);
      // It may have been handed over since: where there is something to do already, to the others.
      Runnable late = handed.getAndSet(null);
      if (next == null) next = late;
      else if (late != null) super.offer(late);
      if (next != null) return next;
    }
    return super.poll(timeout, unit);
  }

  /** Whoever ends an executor asks this, and what was handed over is to be done before. */
  @Override
  public boolean isEmpty() {
    return handed.get() == null && super.isEmpty();
  }

  @Override
  public int size() {
    return (handed.get() == null ? 0 : 1) + super.size();
  }

  @Override
  public boolean remove(Object work) {
    Runnable there = handed.get();
    return (there != null && there.equals(work) && handed.compareAndSet(there, null))
        || super.remove(work);
  }

  private @Nullable Runnable awake() {
    awake.busy();
    do {
      Runnable next = handed.getAndSet(null);
      if (next == null) next = poll();
      if (next != null) return next;
    } while (awake.again());
    return null;
  }
}
