package io.sojourn.migrate.crac;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * A registered resource, held weakly, and the context class loader of the thread that registered
 * it: callbacks on a thread of ours see that one, as a library that looks for its parts by the
 * context class loader expects.
 *
 * <p>Equal to every other registration of the same resource. Identity counts, never the resource's
 * {@code equals}: the proxies of {@code org.crac} fail in {@code hashCode} once their resource is
 * gone.
 */
final class Registration extends WeakReference<Resource> {
  private final int hash;
  private final WeakReference<ClassLoader> loader;

  /**
   * @param gone is told when the resource is
   */
  Registration(
      Resource resource, @Nullable ClassLoader loader, ReferenceQueue<? super Resource> gone) {
    super(resource, gone);
    this.hash = System.identityHashCode(resource);
    this.loader = new WeakReference<>(loader);
  }

  /** Null when nobody else held it any more. */
  @Nullable Notified hold() {
    Resource held = get();
    return held == null ? null : new Notified(held, loader.get());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) return true;
    Resource mine = get();
    return mine != null && other instanceof Registration that && that.refersTo(mine);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Held from before a checkpoint until after it, so that each resource hears of both. */
  record Notified(Resource resource, @Nullable ClassLoader loader) {
    /** A resource may be a proxy whose {@code toString} fails. */
    String name() {
      try {
        return resource
            .toString()
            .replaceFirst("^org\\.crac\\.ResourceWrapper\\[(.*)]$", "$1")
            .lines()
            .findFirst()
            .orElse("?");
      } catch (RuntimeException | StackOverflowError unnamed) {
        return resource.getClass().getName();
      }
    }
  }
}
