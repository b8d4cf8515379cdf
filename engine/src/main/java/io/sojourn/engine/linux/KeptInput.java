package io.sojourn.engine.linux;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where bytes can be looked at and stay until they are dropped, beyond the life of this process.
 */
public interface KeptInput {
  /**
   * The next bytes, from the buffer's start: -1 at the end, 0 where nothing is there.
   *
   * @param buffer direct
   */
  int look(ByteBuffer buffer) throws IOException;

  /** Drops the first bytes: so many at most. How many there were. */
  long drop(long count);

  /** Others look at it from its start again. */
  void release();

  /** Whether there may be more to look at when something was dropped, and nobody tells. */
  default boolean makesRoom() {
    return false;
  }
}
