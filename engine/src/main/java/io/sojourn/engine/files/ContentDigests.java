package io.sojourn.engine.files;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** SHA-256 of what is in files; of each once, for as long as it stays as it is. */
public final class ContentDigests {
  private static final int KEPT = 10_000;
  private static final int PIECE = 1 << 20;

  /**
   * A file system's clock stands still for a while, up to two seconds (FAT): what changed just now
   * may change again and look the same.
   */
  private static final Duration YOUNG = Duration.ofSeconds(3);

  private record Key(long device, long inode) {
    static Key of(Statx file) {
      return new Key(file.device(), file.inode());
    }
  }

  private record Known(long size, Statx.Time modified, Statx.Time changed, byte[] digest) {
    boolean isOf(Statx file) {
      return size == file.size()
          && modified.equals(file.modified())
          && changed.equals(file.changed());
    }
  }

  private final Map<Key, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * Of a regular file.
   *
   * @param fd open for reading
   * @return null where it cannot be read, or has changed in the last moments
   */
  public byte @Nullable [] of(int fd) {
    Statx before = FileCalls.stat(fd);
    if (before == null || !before.regular() || young(before)) return null;
    byte[] then = known(before);
    if (then != null) return then;
    byte[] digest = read(fd);
    if (digest == null) return null;
    Known now = new Known(before.size(), before.modified(), before.changed(), digest);
    Statx after = FileCalls.stat(fd);
    if (after == null || !now.isOf(after)) return null;
    synchronized (known) {
      known.put(Key.of(before), now);
    }
    return digest;
  }

  /** As {@link #of}, without reading the file: null, too, where it would have to be read. */
  public byte @Nullable [] known(int fd) {
    Statx file = FileCalls.stat(fd);
    return file == null || !file.regular() || young(file) ? null : known(file);
  }

  private byte @Nullable [] known(Statx file) {
    synchronized (known) {
      Known then = known.get(Key.of(file));
      return then != null && then.isOf(file) ? then.digest() : null;
    }
  }

  /** One from the future is none that can be trusted. */
  private static boolean young(Statx file) {
    return System.currentTimeMillis() - file.changed().seconds() * 1000 < YOUNG.toMillis();
  }

  private static byte @Nullable [] read(int fd) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      NativeMemory piece = new NativeMemory(PIECE);
      for (long at = 0; ; ) {
        long read = DataCalls.read(fd, piece, PIECE, at);
        if (read < 0) return null;
        if (read == 0) return digest.digest();
        digest.update(piece.bytes().duplicate().position(0).limit((int) read));
        at += read;
      }
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
