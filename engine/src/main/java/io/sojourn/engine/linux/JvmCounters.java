package io.sojourn.engine.linux;

import java.util.Optional;

/**
 * The file in which a JVM publishes its performance counters: /tmp/hsperfdata_USER/PID. It is
 * mapped for as long as the JVM lives, and every JVM that starts removes those of processes that it
 * does not find, unless they are locked (perfMemory_posix.cpp).
 */
public final class JvmCounters {
  private static final String DIRECTORY = "/hsperfdata_";

  private JvmCounters() {}

  /** Whether it may be the file with somebody's counters. */
  public static boolean isPath(String path) {
    return path.contains(DIRECTORY);
  }

  /** Whether it is such a file, which still has its name. */
  public static boolean isMappedBy(Mapping mapping) {
    return mapping.shared() && !mapping.deleted() && isPath(mapping.plainPath());
  }

  /** Its path; empty for a JVM that has none, or none that others find. */
  public static Optional<String> of(int pid) {
    return Mapping.filesOf(pid).stream()
        .filter(JvmCounters::isMappedBy)
        .map(Mapping::plainPath)
        .findFirst();
  }
}
