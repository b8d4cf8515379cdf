package io.sojourn.migrate.crac;

import java.util.Set;

/** How the exceptions of many resources become one. */
final class Suppression {
  /** By name: those of {@code org.crac} come from nested contexts, and are no classes we know. */
  private static final Set<String> COLLECTIVE =
      Set.of(
          CheckpointException.class.getName(),
          RestoreException.class.getName(),
          "org.crac.CheckpointException",
          "org.crac.RestoreException");

  private Suppression() {}

  /** What a nested context has collected is added one by one; everything else as it is. */
  static void add(Exception to, Throwable thrown) {
    boolean collection =
        COLLECTIVE.contains(thrown.getClass().getName())
            && thrown.getMessage() == null
            && thrown.getSuppressed().length > 0;
    if (!collection) to.addSuppressed(thrown);
    else for (Throwable each : thrown.getSuppressed()) to.addSuppressed(each);
  }
}
