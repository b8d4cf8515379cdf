package io.sojourn.engine.image;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * An image while it is being made: a directory under a temporary name beside its final place, mode
 * 0700. It becomes an image all at once, when everything has reached the disk and it is renamed;
 * until then it is nothing, and is removed.
 */
public final class ImageDraft {
  /** Directories of this prefix are left-overs wherever no operation is under way. */
  public static final String PREFIX = ".draft-";

  private final Path draft;
  private final Path target;
  private boolean published;

  private ImageDraft(Path draft, Path target) {
    this.draft = draft;
    this.target = target;
  }

  /** Makes the temporary directory. Refuses where {@code target} exists. */
  public static ImageDraft create(Path target) {
    if (Files.exists(target))
      throw OperationException.refused(
          target + " exists already", "name a directory that does not exist");
    try {
      Path parent = parentOf(target);
      Files.createDirectories(parent);
      Path draft = parent.resolve(PREFIX + target.getFileName());
      Trees.delete(draft);
      Files.createDirectory(
          draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return new ImageDraft(draft, target.toAbsolutePath());
    } catch (IOException denied) {
      throw OperationException.refused(
          "no image can be made in " + target.toAbsolutePath().getParent() + ": " + denied,
          "choose another directory with -o");
    }
  }

  /** Where members are written. */
  public Path path() {
    return draft;
  }

  public Path target() {
    return target;
  }

  /**
   * Writes the manifest, brings everything to the disk and gives the image its name.
   *
   * @throws IOException when the disk is full or fails; the draft is still there, to be discarded
   */
  public ImageDirectory publish(Manifest manifest) throws IOException {
    return publish(manifest, ImageDirectory.text(manifest));
  }

  /** As above, with the manifest as another node has written it. */
  public ImageDirectory publish(Manifest manifest, String text) throws IOException {
    Files.writeString(draft.resolve(ImageDirectory.MANIFEST), text);
    ManifestSeal.write(draft);
    try (Stream<Path> members = Files.list(draft)) {
      for (Path member : (Iterable<Path>) members::iterator) sync(member);
    }
    sync(draft);
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    published = true;
    sync(parentOf(target));
    return new ImageDirectory(target, manifest);
  }

  /**
   * Removes what was made, also after it was published: then under its temporary name again first.
   */
  public void discard() {
    if (published) {
      try {
        Files.move(target, draft, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Trees.delete(draft);
  }

  private static Path parentOf(Path path) {
    return Objects.requireNonNullElse(path.toAbsolutePath().getParent(), Path.of("/"));
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
