package io.sojourn.checkpointer.files;

import io.sojourn.engine.files.FileFailure;
import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.files.UserThread;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens a task's files, with no more rights than it has: through what it has open itself, or as its
 * user. A name may lead elsewhere by now.
 */
final class Opening implements AutoCloseable {
  private final UserThread user;

  Opening(ThreadIdentity user) {
    this.user = UserThread.of(user);
  }

  UserThread user() {
    return user;
  }

  OpenFile read(WrittenFile file) throws IOException {
    Path named = Path.of(file.path());
    if (!file.way().equals(named))
      try {
        OpenFile open = OpenFile.through(file.way());
        if (is(open, named)) return open;
        open.close();
      } catch (FileFailure closedMeanwhile) {
        // Its name may still lead to it.
      }
    return user.call(() -> OpenFile.reading(named));
  }

  private static boolean is(OpenFile open, Path named) throws IOException {
    try (OpenFile other = OpenFile.seeing(named)) {
      Statx here = open.status(), there = other.status();
      return here.inode() == there.inode() && here.device() == there.device();
    } catch (FileFailure gone) {
      return false;
    }
  }

  /** How it is, which whoever knows its name may see. */
  static Statx look(String path) throws IOException {
    try (OpenFile file = OpenFile.seeing(Path.of(path))) {
      return file.status();
    }
  }

  @Override
  public void close() {
    user.close();
  }
}
