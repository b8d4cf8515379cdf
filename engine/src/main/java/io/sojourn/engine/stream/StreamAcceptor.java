package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;

/** Decides what the streams lead to that the other side opens. */
@FunctionalInterface
public interface StreamAcceptor {
  /** Called on the session's loop. To refuse, reset the stream. */
  StreamEnd accept(ByteStream stream, ByteString opening);
}
