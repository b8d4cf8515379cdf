package io.sojourn.migrate.crac;

/**
 * A resource that others register with and that passes notifications on. As {@code
 * org.crac.Context}.
 */
public abstract class Context<R extends Resource> implements Resource {
  /** For subclasses, which decide on the order of notifications. */
  protected Context() {}

  @Override
  public abstract void beforeCheckpoint(Context<? extends Resource> context)
      throws CheckpointException;

  @Override
  public abstract void afterRestore(Context<? extends Resource> context) throws RestoreException;

  /**
   * From now on {@code resource} is notified, as long as somebody else holds it.
   *
   * @throws NullPointerException if {@code resource} is null
   */
  public abstract void register(R resource);
}
