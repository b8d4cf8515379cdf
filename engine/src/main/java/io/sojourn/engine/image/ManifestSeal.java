package io.sojourn.engine.image;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The digest of the manifest itself, in a file beside it: the manifest holds those of all others.
 */
public final class ManifestSeal {
  private static final String FILE = ImageDirectory.MANIFEST + ".xxh3";

  private ManifestSeal() {}

  /** Seals the manifest in a directory. */
  public static void write(Path directory) throws IOException {
    Files.writeString(directory.resolve(FILE), line(directory));
  }

  /** Whether a file of an image is the manifest or its seal, and no member. */
  public static boolean concerns(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.equals(ImageDirectory.MANIFEST) || name.equals(FILE);
  }

  /** Refuses a manifest that is not what was written. */
  static void check(Path directory) {
    try {
      if (Files.readString(directory.resolve(FILE)).equals(line(directory))) return;
    } catch (IOException missing) {
      // Said below.
    }
    throw OperationException.refused(
        "image " + directory.getFileName() + " is damaged: its manifest is not what was written",
        Verification.MEND);
  }

  private static String line(Path directory) throws IOException {
    return Digest.of(directory.resolve(ImageDirectory.MANIFEST), count -> {}) + "\n";
  }
}
