package io.sojourn.node.move;

import io.sojourn.engine.criu.TerminalSessions;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.UnpackedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * An image as it is to be restored now, beside the one on disk, which stays as it is: what the
 * kernel knows better by now is copied, the rest is linked. What an earlier try has left in it is
 * true: it has taken connections out of the deputy that are nowhere else.
 */
final class FrozenImage {
  static final String NAME = "frozen";

  private FrozenImage() {}

  static Path of(ImageDirectory image, UnpackedImage unpacked, Path directory) throws IOException {
    Path prepared = directory.resolve(NAME);
    Files.createDirectories(prepared);
    add(image.path(), prepared);
    // Links of an earlier try lead to what was unpacked for it.
    add(unpacked.path(), prepared);
    TerminalSessions.forget(prepared);
    return prepared;
  }

  private static void add(Path from, Path prepared) throws IOException {
    try (var members = Files.newDirectoryStream(from)) {
      for (Path member : members) {
        String name = member.getFileName().toString();
        Path here = prepared.resolve(name);
        if (Files.isSymbolicLink(here)) Files.delete(here);
        if (Files.exists(here)) continue;
        if (changes(name)) Files.copy(member, here, StandardCopyOption.REPLACE_EXISTING);
        else Files.createSymbolicLink(here, member.toAbsolutePath());
      }
    }
  }

  private static boolean changes(String member) {
    return member.startsWith("tcp-stream-")
        || List.of("files.img", "tty-info.img").contains(member);
  }
}
