package io.sojourn.migrate;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A directory under /tmp for users who have no home, as services do. Everybody can make things
 * there: it is taken only where it is this user's own and nobody else can write to it.
 */
final class TemporaryPlace {
  private TemporaryPlace() {}

  static File make() throws IOException {
    Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    Path place = Path.of(System.getProperty("java.io.tmpdir"), "sojourn-" + user);
    try {
      Files.createDirectory(
          place,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException known) {
      check(place, user);
    }
    return place.toFile();
  }

  private static void check(Path place, Object user) throws IOException {
    int mode = (int) Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    // 0040700: a directory, and nobody else's business.
    if (mode != 040700
        || !Files.getAttribute(place, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user))
      throw new IOException(place + " is not this user's own");
  }
}
