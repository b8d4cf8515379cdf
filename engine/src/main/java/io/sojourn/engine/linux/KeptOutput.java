package io.sojourn.engine.linux;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where bytes are written to so that it is known later, in another process, how many were. */
public interface KeptOutput {
  /**
   * Writes the buffer's first bytes: how many. What was not written is given again, first.
   *
   * @param buffer direct
   */
  int write(ByteBuffer buffer) throws IOException;
}
