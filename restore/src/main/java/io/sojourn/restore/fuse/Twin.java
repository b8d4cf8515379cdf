package io.sojourn.restore.fuse;

import io.sojourn.engine.files.ContentDigests;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of this node that may have the same content as one of home's: open, for reading. */
final class Twin {
  /** What would be fetched over a network anyway, and may let us wait for ever. */
  private static final List<String> REMOTE = List.of("fuse", "nfs", "cifs", "smb", "9p", "ceph");

  private final int fd;
  private final Statx status;
  private boolean closed;

  private Twin(int fd, Statx status) {
    this.fd = fd;
    this.status = status;
  }

  /**
   * @return null where there is none of that size
   */
  static @Nullable Twin open(Path path, long size) {
    if (!Files.isRegularFile(path) || isRemote(path)) return null;
    int fd = FileCalls.open(path.toString(), FileCalls.O_RDONLY | FileCalls.O_CLOEXEC);
    if (fd < 0) return null;
    Statx status = FileCalls.stat(fd);
    if (status != null && status.regular() && status.size() == size) return new Twin(fd, status);
    FileCalls.close(fd);
    return null;
  }

  private static boolean isRemote(Path path) {
    try {
      String type = Files.getFileStore(path).type();
      return REMOTE.stream().anyMatch(type::startsWith);
    } catch (IOException unknown) {
      return true;
    }
  }

  /** As {@link ContentDigests#of}. */
  synchronized byte @Nullable [] digest(ContentDigests digests) {
    return closed ? null : digests.of(fd);
  }

  /** As {@link ContentDigests#known}. */
  synchronized boolean isKnown(ContentDigests digests) {
    return !closed && digests.known(fd) != null;
  }

  /** Whether the bytes of a range are in the reply; not where the file is another by now. */
  synchronized boolean read(FuseReply out, int size, long offset) {
    return !closed && isAsItWas() && out.read(fd, size, offset) && isAsItWas();
  }

  private boolean isAsItWas() {
    Statx now = FileCalls.stat(fd);
    return now != null
        && now.size() == status.size()
        && now.modified().equals(status.modified())
        && now.changed().equals(status.changed());
  }

  synchronized void close() {
    if (closed) return;
    closed = true;
    FileCalls.close(fd);
  }
}
