package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;

/** What a stream leads to on this side. All calls come on the session's loop. */
public interface StreamEnd {
  /** The other side has answered the opening of a stream that this side opened. */
  default void answered(ByteString answer) {}

  /** Bytes to hand on; say {@link ByteStream#consumed} when that is done. */
  void data(ByteString bytes);

  /** No more bytes follow. Say {@link ByteStream#endConsumed} when that was handed on. */
  void ended();

  /**
   * The stream is over in both directions.
   *
   * @param error as of errno(3)
   */
  void reset(int error);

  /** After {@link ByteStream#writable} has been false: it is true again. */
  default void writable() {}

  /** The other side has handed on more of what was sent. */
  default void acknowledged() {}

  /**
   * Of a stream that an earlier process has begun: the other side has received so much of it, which
   * is to be sent as it was then. Before anything else is asked of this end.
   */
  default void met(long received, boolean ended) {}

  /**
   * Whether what passes is how things are, not a sequence: of a stream that an earlier process has
   * begun, only what comes from now on matters, and it is at whatever place the other side says.
   */
  default boolean onlyTheLatest() {
    return false;
  }

  /**
   * The other node cannot be reached, for longer than the task's user wants to wait. A stream that
   * is nobody's call may go on waiting.
   */
  default void otherLost() {}

  /** Both directions have ended, and both sides know it. */
  default void over() {}

  /**
   * The stream is taken apart: stop at once, and say consumed for what has been handed on so far.
   */
  default void freeze() {}

  /** After {@link #freeze}: go on where you stopped. */
  default void thaw() {}
}
