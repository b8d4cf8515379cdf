package io.sojourn.engine.criu;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that processes of this machine use together, of which the last takes it away: each holds a
 * shared lock on a file beside it while it does, however it ends.
 */
final class SharedUse implements AutoCloseable {
  private static final long ALL = Long.MAX_VALUE;

  private final Path file;
  private final Path users;
  private final FileChannel channel;
  private final FileLock lock;

  private SharedUse(Path file, Path users, FileChannel channel, FileLock lock) {
    this.file = file;
    this.users = users;
    this.channel = channel;
    this.lock = lock;
  }

  static SharedUse of(Path file) throws IOException {
    Path users = file.resolveSibling(file.getFileName() + ".users");
    for (; ; ) {
      SharedUse one = attempt(file, users);
      if (one != null) return one;
    }
  }

  /** Null where the last user has just taken away what was found. */
  private static @Nullable SharedUse attempt(Path file, Path users) throws IOException {
    try {
      Files.createFile(users);
    } catch (FileAlreadyExistsException byAnother) {
      // Or left by one that was killed.
    }
    try {
      Object found = key(users);
      FileChannel channel =
          FileChannel.open(users, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.lock(0, ALL, true);
        if (found.equals(key(users))) return new SharedUse(file, users, channel, lock);
      } catch (IOException failed) {
        channel.close();
        throw failed;
      }
      channel.close();
      return null;
    } catch (NoSuchFileException taken) {
      return null;
    }
  }

  private static Object key(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  /** The last one takes the file away. */
  @Override
  public void close() throws IOException {
    try (channel) {
      lock.release();
      try (FileLock alone = channel.tryLock()) {
        if (alone == null) return;
        Files.deleteIfExists(file);
        Files.deleteIfExists(users);
      }
    }
  }
}
