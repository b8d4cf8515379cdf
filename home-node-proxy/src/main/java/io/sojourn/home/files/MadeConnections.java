package io.sojourn.home.files;

import java.io.IOException;

/** Where unix connections are that were made at home for a task that is away. */
public interface MadeConnections {
  /** Nobody keeps any. */
  MadeConnections NONE =
      socket -> {
        throw new IOException("nobody keeps connections for this task");
      };

  /**
   * Keeps one.
   *
   * @param socket stays the caller's
   * @return what it is called by now: socket:[INODE]
   */
  String keep(int socket) throws IOException;
}
