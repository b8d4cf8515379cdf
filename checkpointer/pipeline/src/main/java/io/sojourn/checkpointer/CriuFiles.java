package io.sojourn.checkpointer;

import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where CRIU writes while a task stands still: in memory, and from there into the image when the
 * task runs on. They are some dozens of small files, one a thread, and to create them on a disk
 * takes a journaling file system up to a fifth of an idle program's pause.
 */
final class CriuFiles implements AutoCloseable {
  private static final String PREFIX = ".dump-";

  /** What a task may need to have in memory once more. */
  private static final long MOST = 64L << 20;

  private static final long QUEUES_OF_A_SOCKET = 1L << 20;

  private final Path path;
  private final Path image;

  private CriuFiles(Path path, Path image) {
    this.path = path;
    this.image = image;
  }

  /**
   * @param memory a directory on a tmpfs; it is made where it is not there
   * @param image where they belong
   */
  static CriuFiles of(Path memory, String task, TaskFacts facts, Path image) {
    long size = ghosts(facts) + facts.network().size() * QUEUES_OF_A_SOCKET;
    try {
      Files.createDirectories(memory);
      if (size > MOST || Files.getFileStore(memory).getUsableSpace() < 2 * MOST)
        return new CriuFiles(image, image);
      Path path = memory.resolve(PREFIX + task);
      Trees.delete(path);
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return new CriuFiles(path, image);
    } catch (IOException noMemory) {
      return new CriuFiles(image, image);
    }
  }

  /** Deleted files that are open: they go into the image whole. */
  private static long ghosts(TaskFacts facts) {
    return facts.descriptors().stream()
        .map(Descriptor::deletedFile)
        .flatMap(Optional::stream)
        .mapToLong(FileStatus::size)
        .sum();
  }

  /** Removes what a daemon left that died. */
  static void sweep(Path memory) {
    if (!Files.isDirectory(memory)) return;
    try (DirectoryStream<Path> left = Files.newDirectoryStream(memory, PREFIX + "*")) {
      left.forEach(Trees::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory for CRIU. */
  Path path() {
    return path;
  }

  Path log() {
    return path.resolve(DumpOptions.LOG);
  }

  /** Into the image: all but what CRIU says of its own work. */
  void store() throws IOException {
    if (path.equals(image)) return;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (!name.equals(DumpOptions.LOG) && !name.equals(DumpOptions.STATISTICS))
          Files.copy(file, image.resolve(name));
      }
    }
  }

  @Override
  public void close() {
    if (!path.equals(image)) Trees.delete(path);
  }
}
