package io.sojourn.subjects.servers;

/** What one thread of a client does, over and over. */
interface Work extends AutoCloseable {
  /** Once more; whatever is not as it must be is thrown. */
  void once() throws Exception;

  /** After the last time: whether the server has all that was done, and nothing else. */
  default void check() throws Exception {}

  @Override
  default void close() throws Exception {}
}
