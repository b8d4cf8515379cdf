package io.sojourn.restore.rollback;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileFailure;
import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.files.UserThread;
import io.sojourn.protocol.image.TaskIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A task's files, with the rights of its user. What the task had open although its user may not
 * open it, a log of root's for instance, is opened all the same, if it is that very file.
 */
final class Access implements AutoCloseable {
  private interface Opener {
    OpenFile open(Path path) throws IOException;
  }

  private final UserThread user;

  Access(TaskIdentity task) {
    user =
        UserThread.of(
            new ThreadIdentity(
                task.getUid(),
                task.getGid(),
                task.getGroupsList().stream().mapToInt(Integer::intValue).toArray()));
  }

  UserThread user() {
    return user;
  }

  /** How it is now; empty where there is nothing. */
  Optional<Statx> look(String path) throws IOException {
    try (OpenFile file = OpenFile.seeing(Path.of(path))) {
      return Optional.of(file.status());
    } catch (FileFailure failed) {
      if (failed.errno() == ErrorNumber.ENOENT || failed.errno() == ErrorNumber.ENOTDIR)
        return Optional.empty();
      throw failed;
    }
  }

  /**
   * @param inode of the file that the task had open
   */
  OpenFile read(String path, long inode) throws IOException {
    return open(path, inode, OpenFile::reading);
  }

  /** As above, for writing too. */
  OpenFile write(String path, long inode) throws IOException {
    return open(path, inode, OpenFile::writing);
  }

  private OpenFile open(String path, long inode, Opener opener) throws IOException {
    try {
      return user.call(() -> opener.open(Path.of(path)));
    } catch (FileFailure denied) {
      if (denied.errno() != ErrorNumber.EACCES && denied.errno() != ErrorNumber.EPERM) throw denied;
      OpenFile file = opener.open(Path.of(path));
      // A link on the way might lead to a file of the same number elsewhere.
      if (file.status().inode() == inode && file.reachedPlainly()) return file;
      file.close();
      throw denied;
    }
  }

  @Override
  public void close() {
    user.close();
  }
}
