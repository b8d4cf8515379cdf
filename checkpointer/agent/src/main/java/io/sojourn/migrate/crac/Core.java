package io.sojourn.migrate.crac;

import io.sojourn.migrate.CracLink;

/**
 * What {@code org.crac.Core} finds behind the system property {@code org.crac.Core.Compat}, by
 * reflection: {@code getGlobalContext}, {@code checkpointRestore} and {@code Context.register}.
 */
public final class Core {
  private static final GlobalContext GLOBAL = new GlobalContext();
  private static final Coordinator COORDINATOR = new Coordinator(GLOBAL);

  static {
    CracLink.connect(COORDINATOR::connect);
  }

  private Core() {}

  /** The context that hears of checkpoints first. */
  public static Context<Resource> getGlobalContext() {
    return GLOBAL;
  }

  /**
   * Asks the node daemon for a freeze of this task, and returns when the task was restored.
   * Resources are notified on the calling thread.
   *
   * @throws CheckpointException there is no image, and the program runs on. Where no daemon
   *     listens, or the agent is not at work, an {@link UnsupportedOperationException} is among the
   *     suppressed ones and nobody was notified. (Thrown as such, {@code org.crac} would wrap it
   *     twice.)
   * @throws RestoreException the task was restored, and resources failed in {@code afterRestore}
   */
  public static void checkpointRestore() throws CheckpointException, RestoreException {
    COORDINATOR.request();
  }

  static Coordinator coordinator() {
    return COORDINATOR;
  }
}
