package io.sojourn.home.files;

import java.io.IOException;

/**
 * Who keeps what is made at home for a task that is away: unix connections, and, where they say so,
 * ends of FIFOs.
 */
public interface MadeForTask {
  /** Nobody keeps any. */
  MadeForTask NONE =
      socket -> {
        throw nobody();
      };

  private static IOException nobody() {
    return new IOException("nobody keeps that for this task");
  }

  /**
   * Keeps a unix connection.
   *
   * @param socket stays the caller's
   * @return what it is called by now: socket:[INODE]
   */
  String keep(int socket) throws IOException;

  /**
   * Keeps one end of a FIFO.
   *
   * @param end stays the caller's
   * @return its number there
   */
  default int keepFifo(int end) throws IOException {
    throw nobody();
  }

  /** Whether somebody has the other end of one from which is read, or had, and has written. */
  default boolean hasCome(int number) throws IOException {
    throw nobody();
  }

  /** The task does not want such an end after all. */
  default void giveUp(int number) throws IOException {
    throw nobody();
  }
}
