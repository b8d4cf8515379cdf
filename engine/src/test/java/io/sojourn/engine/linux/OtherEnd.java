package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;

/** The end of a {@link StreamPair} that a child has elsewhere. */
public final class OtherEnd {
  private static final int MSG_NOSIGNAL = 0x4000;

  private final StreamPair pair;

  private OtherEnd(StreamPair pair) {
    this.pair = pair;
  }

  public static OtherEnd of(StreamPair pair) {
    return new OtherEnd(pair);
  }

  /** Blocks until all of it is on its way, or nobody wants it any more. */
  public void write(byte[] bytes) {
    try {
      for (int at = 0; at < bytes.length; ) {
        byte[] rest = java.util.Arrays.copyOfRange(bytes, at, bytes.length);
        at += (int) Libc.send(pair.theirs().number(), rest, rest.length, MSG_NOSIGNAL);
      }
    } catch (LastErrorException | IllegalStateException closed) {
      // The reader says what it missed.
    }
  }
}
