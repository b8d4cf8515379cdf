package io.sojourn.engine.stream;

import io.sojourn.protocol.stream.StreamFrame;

/** One call between two sides of a session, for as long as it holds. */
interface Wire {
  /** Whether a frame would go out soon, rather than pile up here. */
  boolean isReady();

  void send(StreamFrame frame);

  /** Ends the call; the other side may call again. */
  void close(String why);
}
