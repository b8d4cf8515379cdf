package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.stream.Data;
import org.jspecify.annotations.Nullable;

/** The receiving direction of a stream: what has come, and what of it was handed on. */
final class Incoming {
  private @Nullable ByteString opening;
  private long received;
  private long consumed;
  private long acknowledged;
  private boolean ended;
  private boolean endConsumed;
  private boolean endAcknowledged;

  void restore(long consumed, boolean endConsumed, @Nullable ByteString opening) {
    this.received = consumed;
    this.consumed = consumed;
    this.acknowledged = consumed;
    this.ended = endConsumed;
    this.endConsumed = endConsumed;
    this.endAcknowledged = endConsumed;
    this.opening = opening;
  }

  /** The bytes of a frame that are new. */
  ByteString accept(Data data, int window) {
    if (data.getOffset() > received) throw new WireException("bytes are missing");
    long known = received - data.getOffset();
    if (known >= data.getBytes().size()) return ByteString.EMPTY;
    if (ended) throw new WireException("bytes after the end");
    ByteString fresh = data.getBytes().substring((int) known);
    received += fresh.size();
    if (received - consumed > window) throw new WireException("more bytes than there is room for");
    return fresh;
  }

  /** Whether the end is news. */
  boolean end() {
    boolean news = !ended;
    ended = true;
    return news;
  }

  boolean open(ByteString bytes) {
    boolean news = opening == null;
    opening = bytes;
    return news;
  }

  @Nullable ByteString opening() {
    return opening;
  }

  long received() {
    return received;
  }

  boolean ended() {
    return ended;
  }

  void consume(long count) {
    consumed += count;
    if (consumed > received) throw new IllegalStateException("consumed more than was received");
  }

  void consumeEnd() {
    endConsumed = true;
  }

  long consumed() {
    return consumed;
  }

  boolean endConsumed() {
    return endConsumed;
  }

  long unacknowledged() {
    return consumed - acknowledged;
  }

  void acknowledged() {
    acknowledged = consumed;
    endAcknowledged = endConsumed;
  }

  boolean endAcknowledged() {
    return endAcknowledged;
  }
}
