package io.sojourn.checkpointer;

import io.sojourn.protocol.image.Manifest;

/**
 * The tasks that are dumped together with one, so that their images are of the same instant. Each
 * method returns when all of them are as far, and throws where one of them does not come so far:
 * then none has an image, and all run on.
 */
public interface Company {
  /** It is dumped by itself. */
  Company ALONE = new Company() {};

  default boolean alone() {
    return true;
  }

  /** CRIU has started, and the task is about to be stopped. */
  default void ready() {}

  /** The task is held. When this returns, nothing passes among them any more. */
  default void held() {}

  /** All that is the task's at this instant is in its image. */
  default void dumped() {}

  /** Says of an image what it belongs to. */
  default void describe(Manifest.Builder manifest) {}
}
