package io.sojourn.restore.rollback;

import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.image.KeptFile.What;
import io.sojourn.protocol.image.RememberedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A remembered file that is not as it was.
 *
 * @param what has happened to it; WHAT_UNSPECIFIED: it has its content, and another time
 * @param size of what is there now
 */
record Difference(RememberedFile file, What what, long size) {
  /**
   * @param image where the members are
   */
  static Optional<Difference> of(RememberedFile file, Path image, Access access)
      throws IOException {
    Statx now = access.look(file.getPath()).filter(Statx::regular).orElse(null);
    if (now == null) return Optional.of(new Difference(file, What.MISSING, 0));
    What what =
        switch (file.getWay()) {
          case LENGTH -> now.size() > file.getSize() ? What.GROWN : null;
          case COPY -> ofCopied(file, image, now, access);
          default -> null;
        };
    return Optional.ofNullable(what).map(known -> new Difference(file, known, now.size()));
  }

  private static @Nullable What ofCopied(RememberedFile file, Path image, Statx now, Access access)
      throws IOException {
    boolean itself = now.inode() == file.getInode() && nanos(now.born()) == file.getBornNanos();
    boolean asLong = now.size() == file.getSize();
    boolean sameTime = nanos(now.modified()) == file.getModifiedNanos();
    if (itself && asLong && sameTime && !file.getMapped()) return null;
    if (asLong && hasContent(file, image, access)) return sameTime ? null : What.WHAT_UNSPECIFIED;
    return itself ? What.CHANGED : What.REPLACED;
  }

  private static boolean hasContent(RememberedFile file, Path image, Access access)
      throws IOException {
    try (OpenFile now = access.read(file.getPath(), file.getInode());
        OpenFile then = OpenFile.reading(image.resolve(file.getMember()))) {
      return Contents.sameUpTo(now, then, 0, 0, file.getSize()) == file.getSize();
    }
  }

  /** Whether something that is there would be lost. */
  boolean isToBeKept() {
    return what != What.MISSING && what != What.WHAT_UNSPECIFIED;
  }

  /** From where on that is. */
  long from() {
    return what == What.GROWN ? file.getSize() : 0;
  }

  static long nanos(Statx.Time time) {
    return time.seconds() * 1_000_000_000 + time.nanos();
  }
}
