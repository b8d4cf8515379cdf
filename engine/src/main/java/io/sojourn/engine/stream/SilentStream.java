package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;

/** End of a stream whose other side has nothing to say but how it ends. */
public interface SilentStream extends StreamEnd {
  ByteStream stream();

  @Override
  default void data(ByteString bytes) {
    stream().consumed(bytes.size());
  }

  @Override
  default void ended() {
    stream().endConsumed();
  }

  @Override
  default void reset(int error) {}
}
