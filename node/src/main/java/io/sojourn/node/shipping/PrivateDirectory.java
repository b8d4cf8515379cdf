package io.sojourn.node.shipping;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A directory that nobody else may look into. Its parent may be everybody's, as /dev/shm is: what
 * somebody else has put there under the name is not used.
 */
final class PrivateDirectory {
  private PrivateDirectory() {}

  static void make(Path directory) throws IOException {
    if (directory.getParent() != null) Files.createDirectories(directory.getParent());
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException there) {
      PosixFileAttributes found =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Object me = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      if (!found.isDirectory()
          || !Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(me))
        throw new IOException(directory + " belongs to somebody else");
    }
  }
}
