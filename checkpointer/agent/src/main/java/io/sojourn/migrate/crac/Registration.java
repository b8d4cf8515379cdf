package io.sojourn.migrate.crac;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * A registered resource, held weakly, and the context class loader of the thread that registered
 * it: callbacks on a thread of ours see that one, as a library that looks for its parts by the
 * context class loader expects.
 */
final class Registration {
  private final WeakReference<Resource> resource;
  private final WeakReference<ClassLoader> loader;

  Registration(Resource resource, @Nullable ClassLoader loader) {
    this.resource = new WeakReference<>(resource);
    this.loader = new WeakReference<>(loader);
  }

  /** Null when nobody else held it any more. */
  @Nullable Notified hold() {
    Resource held = resource.get();
    return held == null ? null : new Notified(held, loader.get());
  }

  boolean is(Resource other) {
    return resource.refersTo(other);
  }

  boolean isGone() {
    return resource.refersTo(null);
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
