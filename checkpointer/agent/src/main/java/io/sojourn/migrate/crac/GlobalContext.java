package io.sojourn.migrate.crac;

import io.sojourn.migrate.crac.Registration.Notified;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The context that hears of checkpoints first. Its properties are those that the package {@code
 * org.crac} documents: weak references; before a checkpoint in the reverse order of registration,
 * after it in the order; everybody is notified, whoever fails; what was thrown is suppressed by one
 * exception.
 *
 * <p>Who registers while notifications are under way is registered at once, and hears of the next
 * checkpoint. CRaC's JDKs block the registering thread instead, since what it has opened could not
 * go into their image. It can go into ours, and a callback that waits for such a thread would hang.
 */
final class GlobalContext extends Context<Resource> {
  /** In the order of registration. */
  private final Set<Registration> registrations = new LinkedHashSet<>();

  private final ReferenceQueue<Resource> gone = new ReferenceQueue<>();
  private List<Notified> notified = new ArrayList<>();
  private volatile boolean abandoned;
  private volatile @Nullable Running current;

  @Override
  public void register(Resource resource) {
    Objects.requireNonNull(resource);
    Registration registration =
        new Registration(resource, Thread.currentThread().getContextClassLoader(), gone);
    synchronized (registrations) {
      forget();
      // Who registers again is the last from now on.
      registrations.remove(registration);
      registrations.add(registration);
    }
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws CheckpointException {
    abandoned = false;
    CheckpointException failure = new CheckpointException();
    List<Notified> reverse = held();
    Collections.reverse(reverse);
    notified = new ArrayList<>();
    for (Notified each : reverse) {
      if (abandoned) break;
      notified.add(each);
      call(each, "beforeCheckpoint", r -> r.beforeCheckpoint(this), failure);
    }
    Collections.reverse(notified);
    if (failure.getSuppressed().length > 0) throw failure;
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) throws RestoreException {
    RestoreException failure = new RestoreException();
    List<Notified> again = notified;
    notified = new ArrayList<>();
    for (Notified each : again) call(each, "afterRestore", r -> r.afterRestore(this), failure);
    if (failure.getSuppressed().length > 0) throw failure;
  }

  /** Nobody waits for the checkpoint any more: who was not notified of it yet need not be. */
  void abandon() {
    abandoned = true;
  }

  /** The callback that is running: resource and method; null for none. */
  @Nullable String current() {
    Running running = current;
    return running == null ? null : running.resource().name() + "." + running.method();
  }

  private void forget() {
    for (Object each = gone.poll(); each != null; each = gone.poll()) registrations.remove(each);
  }

  private List<Notified> held() {
    List<Notified> held = new ArrayList<>();
    synchronized (registrations) {
      for (Registration registration : registrations) {
        Notified resource = registration.hold();
        if (resource != null) held.add(resource);
      }
    }
    return held;
  }

  private void call(Notified each, String method, Callback callback, Exception failure) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    current = new Running(each, method);
    try {
      if (thread instanceof RoundThread) thread.setContextClassLoader(each.loader());
      callback.on(each.resource());
    } catch (Throwable thrown) {
      Suppression.add(failure, thrown);
    } finally {
      current = null;
      thread.setContextClassLoader(before);
    }
  }

  private record Running(Notified resource, String method) {}

  private interface Callback {
    void on(Resource resource) throws Exception;
  }
}
