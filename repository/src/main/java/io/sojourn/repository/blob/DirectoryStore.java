package io.sojourn.repository.blob;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Blobs as files below a directory of mode 0700. */
public final class DirectoryStore implements BlobStore {
  private static final String DRAFTS = "drafts";

  /** Another node may be writing, too: what is younger may still become something. */
  private static final Duration OLD = Duration.ofHours(24);

  private final Path root;

  private DirectoryStore(Path root) {
    this.root = root;
  }

  /** Makes the directory, where there is none. */
  public static DirectoryStore open(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root);
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    }
    return new DirectoryStore(root.toAbsolutePath());
  }

  @Override
  public void put(String name, ByteBuffer content) throws IOException {
    Path target = root.resolve(name), draft = draft(content);
    try {
      folder(parent(target));
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      Files.deleteIfExists(draft);
      throw failed;
    }
    sync(parent(target));
  }

  /** By link(2), which does not replace what is there, as rename(2) would; also over NFS. */
  @Override
  public boolean putNew(String name, ByteBuffer content) throws IOException {
    Path target = root.resolve(name), draft = draft(content);
    try {
      folder(parent(target));
      Files.createLink(target, draft);
    } catch (FileAlreadyExistsException others) {
      return false;
    } finally {
      Files.deleteIfExists(draft);
    }
    sync(parent(target));
    return true;
  }

  private Path draft(ByteBuffer content) throws IOException {
    Path draft = root.resolve(DRAFTS).resolve(draftName());
    folder(parent(draft));
    try (FileChannel file =
        FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = content.duplicate();
      while (rest.hasRemaining()) file.write(rest);
      file.force(true);
      return draft;
    } catch (IOException failed) {
      Files.deleteIfExists(draft);
      throw failed;
    }
  }

  private static String draftName() {
    return UUID.randomUUID().toString();
  }

  @Override
  public byte[] get(String name) throws IOException {
    return Files.readAllBytes(root.resolve(name));
  }

  @Override
  public byte[] get(String name, long offset, int length) throws IOException {
    ByteBuffer part = ByteBuffer.allocate(length);
    try (FileChannel file = FileChannel.open(root.resolve(name), StandardOpenOption.READ)) {
      while (part.hasRemaining())
        if (file.read(part, offset + part.position()) < 0)
          throw new EOFException(name + " is shorter than " + (offset + length) + " bytes");
    }
    return part.array();
  }

  @Override
  public List<Blob> list(String folder) throws IOException {
    List<Blob> blobs = new ArrayList<>();
    Path start = root.resolve(folder);
    if (!Files.isDirectory(start)) return blobs;
    Files.walkFileTree(
        start,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            blobs.add(new Blob(root.relativize(file).toString(), attributes.size()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
            // Removed by another node meanwhile.
            if (failed instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
            throw failed;
          }
        });
    blobs.sort(Comparator.comparing(Blob::name));
    return blobs;
  }

  @Override
  public void delete(String name) throws IOException {
    Path file = root.resolve(name);
    if (Files.deleteIfExists(file)) sync(parent(file));
  }

  /** Names the file system's root for what has no parent. */
  private static Path parent(Path path) {
    return Objects.requireNonNullElse(path.getParent(), Path.of("/"));
  }

  private void folder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) return;
    Files.createDirectories(folder);
    for (Path made = parent(folder); made.startsWith(root); made = parent(made)) sync(made);
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void tidy() throws IOException {
    if (!Files.isDirectory(root.resolve(DRAFTS))) return;
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(root.resolve(DRAFTS))) {
      for (Path draft : drafts)
        if (Files.getLastModifiedTime(draft).toInstant().isBefore(Instant.now().minus(OLD)))
          Files.deleteIfExists(draft);
    } catch (NoSuchFileException became) {
      // What it was to be, just now; the next time.
    }
  }

  @Override
  public String place() {
    return root.toString();
  }

  @Override
  public void close() {}
}
