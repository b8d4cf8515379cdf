package io.sojourn.checkpointer;

import io.sojourn.engine.linux.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Files that belong to the JVM alone and that others throw away: its counters in
 * /tmp/hsperfdata_USER/PID. Every JVM that starts removes those of processes that it does not find,
 * frozen ones too. A copy goes into the image, and back at a restore.
 */
final class CarriedFiles {
  private CarriedFiles() {}

  static boolean carries(Mapping mapping) {
    return mapping.shared() && mapping.plainPath().contains("/hsperfdata_") && !mapping.deleted();
  }

  /** Name of the copy in the image. */
  static String member(String path) {
    return "carried-" + path.substring(1).replace('/', '_');
  }

  /** Copies them. The task stands still. */
  static void copy(TaskFacts facts, Path directory) throws IOException {
    for (var mappings : facts.mappings().values())
      for (Mapping mapping : mappings)
        if (carries(mapping)) {
          Path file = Path.of(mapping.plainPath());
          Files.copy(
              file,
              directory.resolve(member(mapping.plainPath())),
              StandardCopyOption.REPLACE_EXISTING,
              StandardCopyOption.COPY_ATTRIBUTES);
        }
  }
}
