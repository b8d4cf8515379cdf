package io.sojourn.engine.image;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** One finished image: CRIU's files and {@code manifest.json}. */
public record ImageDirectory(Path path, Manifest manifest) {
  public static final String MANIFEST = "manifest.json";
  public static final int VERSION = 3;

  /** Of version 2, nothing was packed. */
  private static final int OLDEST = 2;

  /**
   * Reads the manifest. Says what is wrong where {@code path} is no image, or one of a later
   * version.
   */
  public static ImageDirectory open(Path path) {
    try {
      // A byte that is no text is damage like any other: the parser says so, or the seal.
      byte[] text = Files.readAllBytes(path.resolve(MANIFEST));
      return new ImageDirectory(path, manifest(path, new String(text, StandardCharsets.UTF_8)));
    } catch (IOException unreadable) {
      throw OperationException.notFound(
          path + " is not an image: " + MANIFEST + " is missing or cannot be read",
          "ckpt images lists what there is");
    }
  }

  /**
   * Reads a manifest's text.
   *
   * @param path where the image lies, or is about to: for messages
   */
  public static Manifest manifest(Path path, String text) {
    Manifest.Builder manifest = Manifest.newBuilder();
    try {
      JsonFormat.parser().ignoringUnknownFields().merge(text, manifest);
    } catch (InvalidProtocolBufferException broken) {
      throw OperationException.refused(
          "manifest " + path.resolve(MANIFEST) + " is damaged: " + broken.getMessage(),
          "restore from another image (ckpt images)");
    }
    if (manifest.getVersion() < OLDEST || manifest.getVersion() > VERSION)
      throw OperationException.refused(
          "image "
              + path
              + " has format "
              + manifest.getVersion()
              + "; this node reads "
              + OLDEST
              + " to "
              + VERSION,
          "use the version of Sojourn that made it");
    return manifest.build();
  }

  /** A manifest's text, as {@link #manifest(Path, String)} reads it. */
  public static String text(Manifest manifest) throws InvalidProtocolBufferException {
    return JsonFormat.printer().print(manifest) + "\n";
  }

  public String name() {
    return manifest.getName();
  }

  /** Whether its files are there: of one that a repository has, they may not be. */
  public boolean isHere() {
    return Files.isDirectory(path);
  }

  /** Size of all members. */
  public long bytes() {
    return manifest.getMembersList().stream().mapToLong(Member::getSize).sum();
  }
}
