package io.sojourn.restore;

import io.sojourn.engine.network.Relocation;

/**
 * The tasks that are restored together with one, and have connections among them. Each method
 * returns when all of them are as far, and throws where one of them does not come so far: then none
 * lives.
 */
public interface Company {
  /** It is restored by itself. */
  Company ALONE = new Company() {};

  /** What the addresses of its sockets are now, as those of theirs. */
  default Relocation relocation() {
    return Relocation.NONE;
  }

  /** Nothing is known to stand in the way, and nothing is touched yet. */
  default void checked() {}

  /** The task is made, and stands still. */
  default void standing() {}

  /** The task runs. When this returns, they hear each other. */
  default void running() {}
}
