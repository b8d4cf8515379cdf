package io.sojourn.home.files;

import io.sojourn.engine.criu.FileLocksImage;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.LockCalls;
import io.sojourn.engine.files.Statx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All locks of a task that stands still and comes home: let go of here, so that it can take them
 * itself; or taken again, where it does not come.
 */
public final class LocksAside {
  private static final Logger LOG = LoggerFactory.getLogger(LocksAside.class);
  private static final int O_PATH_CLOEXEC = 0x200000 | 0x80000;
  private static final int O_ACCMODE = 3;
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;

  private record Taken(Node node, SharedDescriptor through, LockCalls.Range range) {
    boolean flock() {
      return range.start() < 0;
    }

    /** False where somebody else is in the way. */
    boolean set(int type) {
      try (SharedDescriptor.Use use = through.use()) {
        return LocksAside.set(use.fd(), range, type) >= 0;
      } catch (Refused closed) {
        // So are its locks.
        return true;
      }
    }
  }

  private final List<Taken> taken = new ArrayList<>();

  /** Those that it has, which it keeps. */
  private LocksAside(GuestFiles files) {
    files.takeLentLocks(false);
    for (Handle handle : files.handles().all()) {
      SharedDescriptor atHome = files.lentLocks().of(handle);
      find(handle.node(), atHome == null ? handle.descriptor() : atHome);
    }
    for (Node node : files.nodes().all()) node.locks().all().forEach(each -> find(node, each));
  }

  private void find(Node node, SharedDescriptor through) {
    try (SharedDescriptor.Use use = through.use()) {
      for (LockCalls.Range range : LockCalls.held(use.fd()))
        taken.add(new Taken(node, through, range));
    } catch (Refused closed) {
      // So are its locks.
    }
  }

  static LocksAside letGo(GuestFiles files) {
    LocksAside aside = new LocksAside(files);
    aside.taken.forEach(one -> one.set(LockCalls.F_UNLCK));
    return aside;
  }

  /** Notes in an image what the task has, which stands still and keeps it. */
  static void note(GuestFiles files, Path images) throws IOException {
    new LocksAside(files).into(images);
  }

  /** Has CRIU take them for the task. */
  public void into(Path images) throws IOException {
    if (taken.isEmpty()) return;
    List<FileLocksImage.OpenFile> open = FileLocksImage.openFiles(images);
    List<FileLocksImage.Lock> locks = new ArrayList<>();
    Set<Long> flocked = new HashSet<>();
    for (Taken one : taken) {
      FileLocksImage.OpenFile by = find(one, open, flocked);
      if (by == null) {
        LOG.warn("the task comes home without its lock {}: its file has another name", one.range());
        continue;
      }
      locks.add(
          new FileLocksImage.Lock(
              one.flock(),
              one.range().type(),
              by.pid(),
              by.descriptor(),
              Math.max(0, one.range().start()),
              one.range().length()));
    }
    FileLocksImage.write(images, locks);
  }

  private static FileLocksImage.@Nullable OpenFile find(
      Taken lock, List<FileLocksImage.OpenFile> open, Set<Long> flocked) {
    int useless = lock.range().type() == LockCalls.F_WRLCK ? O_RDONLY : O_WRONLY;
    for (FileLocksImage.OpenFile one : open)
      if (isOf(lock.node(), one.path())
          && (lock.flock() ? flocked.add(one.file()) : (one.flags() & O_ACCMODE) != useless))
        return one;
    return null;
  }

  private static boolean isOf(Node node, String path) {
    int fd = FileCalls.open(path, O_PATH_CLOEXEC);
    if (fd < 0) return false;
    try {
      Statx status = FileCalls.stat(fd);
      return status != null
          && status.device() == node.key().device()
          && status.inode() == node.key().inode();
    } finally {
      FileCalls.close(fd);
    }
  }

  /** The task stays where it is. */
  public void takeAgain() {
    for (Taken one : taken)
      if (!one.set(one.range().type()))
        LOG.warn("others have a lock of the task's now: {}", one.range());
    taken.clear();
  }

  private static int set(int fd, LockCalls.Range range, int type) {
    if (range.start() >= 0)
      return LockCalls.set(fd, new LockCalls.Range(type, range.start(), range.length(), 0), false);
    return LockCalls.flock(
        fd,
        switch (type) {
          case LockCalls.F_RDLCK -> LockCalls.LOCK_SH | LockCalls.LOCK_NB;
          case LockCalls.F_WRLCK -> LockCalls.LOCK_EX | LockCalls.LOCK_NB;
          default -> LockCalls.LOCK_UN;
        });
  }
}
