package io.sojourn.engine.image;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An image as CRIU reads it. Where its pages are packed, that is a directory beside it for the time
 * of the restore: the pages as they were, and links to everything else.
 */
public final class UnpackedImage implements AutoCloseable {
  private static final String FOLDER = "unpacked";

  private final Path image;
  private final Path path;

  private UnpackedImage(Path image, Path path) {
    this.image = image;
    this.path = path;
  }

  /**
   * Unpacks, where there is something packed.
   *
   * @param place a directory of this process's own
   */
  public static UnpackedImage of(ImageDirectory image, Path place) {
    if (image.manifest().getMembersList().stream().noneMatch(UnpackedImage::packed))
      return new UnpackedImage(image.path(), image.path());
    return beside(image, place);
  }

  /** Also where nothing is packed: something is to be changed in it. */
  public static UnpackedImage beside(ImageDirectory image, Path place) {
    UnpackedImage unpacked = new UnpackedImage(image.path(), create(place, image.name()));
    try {
      for (Member member : image.manifest().getMembersList()) unpacked.add(member);
      return unpacked;
    } catch (IOException e) {
      unpacked.close();
      // A full disk says so; the other way is a damaged image.
      throw OperationException.refused(
          "image " + image.name() + " is damaged, or cannot be unpacked: " + e.getMessage(),
          Verification.MEND + "; see also whether the disk of " + place + " is full");
    }
  }

  /** Removes what a daemon left that died in the middle of a restore. */
  public static void sweep(Path place) {
    Trees.delete(place.resolve(FOLDER));
  }

  private static Path create(Path place, String name) {
    try {
      Path folder = Files.createDirectories(place.resolve(FOLDER));
      return Files.createTempDirectory(folder, name);
    } catch (IOException e) {
      throw OperationException.refused(
          "nothing can be unpacked in " + place + ": " + e, "see whether the disk is full");
    }
  }

  /** Under which name a member is there when it is unpacked: another one where it is packed. */
  public static String name(Member member) {
    String name = member.getName();
    return name.startsWith("pages-") && name.endsWith(PackedPages.SUFFIX)
        ? name.substring(0, name.length() - PackedPages.SUFFIX.length())
        : name;
  }

  private static boolean packed(Member member) {
    return !name(member).equals(member.getName());
  }

  private void add(Member member) throws IOException {
    Path stored = image.toAbsolutePath().resolve(member.getName());
    Path plain = path.resolve(name(member));
    if (packed(member)) PackedPages.unpack(stored, plain);
    else Files.createSymbolicLink(plain, stored);
  }

  /** A member of this directory is to be changed: a copy takes the place of its link. */
  public void own(String member) throws IOException {
    Path file = path.resolve(member);
    if (!Files.isSymbolicLink(file)) return;
    byte[] content = Files.readAllBytes(file);
    Files.delete(file);
    Files.write(file, content);
  }

  /** The directory for CRIU. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    if (!path.equals(image)) Trees.delete(path);
  }
}
