package io.sojourn.migrate.crac;

/** Wants to know of checkpoints. As {@code org.crac.Resource}. */
public interface Resource {
  /**
   * Called before a checkpoint, while the program's other threads run.
   *
   * @param context the one that this resource is registered with
   * @throws Exception to refuse the checkpoint
   */
  void beforeCheckpoint(Context<? extends Resource> context) throws Exception;

  /**
   * Called after a restore, and after a checkpoint that did not come about.
   *
   * @param context the one that this resource is registered with
   * @throws Exception is reported, and changes nothing: the program runs on
   */
  void afterRestore(Context<? extends Resource> context) throws Exception;
}
