package io.sojourn.node.daemon;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that lies in memory. */
final class MemoryPlace {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private MemoryPlace() {}

  static Path of(Path runDirectory) {
    Path images = runDirectory.resolve("images");
    if (inMemory(runDirectory) || !inMemory(SHARED_MEMORY)) return images;
    return SHARED_MEMORY.resolve(
        "sojourn-" + Integer.toHexString(runDirectory.toString().hashCode()));
  }

  /** It is made again when it is needed. */
  static void removeIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException inUse) {
      // Images outlive the daemon.
    }
  }

  private static boolean inMemory(Path directory) {
    try {
      Path existing = directory;
      while (!Files.exists(existing) && existing.getParent() != null)
        existing = existing.getParent();
      return Files.getFileStore(existing).type().equals("tmpfs");
    } catch (IOException unknown) {
      return false;
    }
  }
}
