package io.sojourn.home.files;

import io.sojourn.engine.files.ThreadIdentity;
import java.nio.file.Path;

/**
 * What of home's files a task has.
 *
 * @param root under which all its files are; seen from the daemon
 * @param user whose rights it has
 * @param locks that are held in its place
 * @param sockets that it makes and others connect to
 * @param made connections of its to others' sockets
 */
public record Export(
    Path root, ThreadIdentity user, HeldFiles locks, BoundSockets sockets, MadeForTask made) {
  /** Nobody holds locks for it, listens, or keeps connections. */
  public Export(Path root, ThreadIdentity user) {
    this(root, user, HeldFiles.NONE, BoundSockets.NONE, MadeForTask.NONE);
  }
}
