package io.sojourn.migrate;

import io.sojourn.migrate.crac.NodeDaemon;
import java.util.function.Consumer;

/**
 * Where the classes behind {@code org.crac} find the agent once a program uses them: most programs
 * do not, and are spared their loading. Not for programs.
 */
public final class CracLink {
  private static volatile boolean open;

  private CracLink() {}

  static void open() {
    open = true;
  }

  /** Hands the way to the daemon over, where the agent is at work and stands behind CRaC. */
  public static void connect(Consumer<NodeDaemon> coordinator) {
    if (open) coordinator.accept(new CracRequest());
  }
}
