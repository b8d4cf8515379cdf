package io.sojourn.engine.image;

import io.sojourn.engine.files.UserThread;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Volume;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A directory of which everything is remembered, as it is at one moment. Sockets, FIFOs and devices
 * are not.
 *
 * @param directories and links of it
 * @param files paths of the regular ones
 */
public record VolumeTree(Volume directories, List<String> files) {
  /** Looked at with the rights of the task's user. */
  public static VolumeTree of(String root, UserThread user) {
    try {
      return user.call(() -> walk(root));
    } catch (IOException e) {
      throw OperationException.refused(
          "the volume " + root + " cannot be read: " + e.getMessage(),
          "see its rights, or leave it out of volumes=");
    }
  }

  private static VolumeTree walk(String root) throws IOException {
    Path top = Path.of(root);
    if (!Files.isDirectory(top)) throw new NoSuchFileException(root, null, "it is no directory");
    Volume.Builder volume = Volume.newBuilder().setPath(root);
    List<String> files = new ArrayList<>();
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes ignored)
              throws IOException {
            Map<String, Object> all = Files.readAttributes(path, "unix:mode,uid,gid");
            volume.addDirectories(
                Volume.Directory.newBuilder()
                    .setPath(path.toString())
                    .setMode(number(all, "mode") & 07777)
                    .setUid(number(all, "uid"))
                    .setGid(number(all, "gid")));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes about)
              throws IOException {
            if (about.isRegularFile()) files.add(path.toString());
            else if (about.isSymbolicLink())
              volume.addLinks(
                  Volume.Link.newBuilder()
                      .setPath(path.toString())
                      .setTarget(Files.readSymbolicLink(path).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failed) throws IOException {
            // A running program may have removed it just now.
            if (failed instanceof NoSuchFileException && !path.equals(top))
              return FileVisitResult.CONTINUE;
            throw failed;
          }
        });
    return new VolumeTree(volume.build(), files);
  }

  private static int number(Map<String, Object> attributes, String name) {
    return attributes.get(name) instanceof Number value ? value.intValue() : 0;
  }
}
