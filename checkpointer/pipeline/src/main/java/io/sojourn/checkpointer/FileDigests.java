package io.sojourn.checkpointer;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.protocol.image.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Digests of the files that tasks use, remembered as long as a file keeps inode, size and time: a
 * JDK's libraries are read once, not for each image.
 */
final class FileDigests {
  /**
   * Data beyond this is told apart by size and time alone. Libraries and jars, which are mapped or
   * only read, always are read.
   */
  private static final long LARGEST_WRITTEN = 64L << 20;

  private static final int REMEMBERED = 10_000;

  private record Key(String path, long inode, long size, long modifiedNanos) {}

  private final Map<Key, String> known = new ConcurrentHashMap<>();

  /** The files with their digests, where they have one. */
  List<File> complete(List<File> files) {
    return files.parallelStream().map(this::complete).toList();
  }

  private File complete(File file) {
    if (file.getDeleted()
        || !file.getCarriedAs().isEmpty()
        || (file.getWritten() && file.getSize() > LARGEST_WRITTEN)) return file;
    Key key = new Key(file.getPath(), file.getInode(), file.getSize(), file.getModifiedNanos());
    String digest = known.get(key);
    if (digest == null) {
      digest = read(file);
      if (known.size() > REMEMBERED) known.clear();
      if (!digest.isEmpty() && !file.getWritten()) known.put(key, digest);
    }
    return file.toBuilder().setDigest(digest).build();
  }

  /** "" where the file changes while it is read. */
  private static String read(File file) {
    try {
      Path path = Path.of(file.getPath());
      String digest = Digest.of(path, count -> {});
      boolean still =
          FileStatus.of(path)
              .filter(
                  after ->
                      after.modifiedNanos() == file.getModifiedNanos()
                          && after.size() == file.getSize())
              .isPresent();
      return still ? digest : "";
    } catch (IOException unreadable) {
      return "";
    }
  }
}
