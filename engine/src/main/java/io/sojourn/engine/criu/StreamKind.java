package io.sojourn.engine.criu;

import io.sojourn.protocol.image.Stream;

/** What leads out of a task, as a manifest calls it. */
public final class StreamKind {
  /** One with a name, a FIFO, is one of these whose path is not empty. */
  public static final String PIPE = "pipe";

  public static final String TERMINAL = "terminal";

  /** A unix stream connection. */
  public static final String UNIX = "unix";

  private StreamKind() {}

  public static boolean isPipe(Stream stream) {
    return stream.getKind().equals(PIPE);
  }

  public static boolean isFifo(Stream stream) {
    return isPipe(stream) && !stream.getPath().isEmpty();
  }

  public static boolean isTerminal(Stream stream) {
    return stream.getKind().equals(TERMINAL);
  }

  public static boolean isUnix(Stream stream) {
    return stream.getKind().equals(UNIX);
  }
}
