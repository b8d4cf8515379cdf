package io.sojourn.checkpointer;

import io.sojourn.engine.criu.ImageFile;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.JvmCounters;
import io.sojourn.engine.linux.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Files that belong to the JVM alone and that others throw away: its counters in
 * /tmp/hsperfdata_USER/PID. Every JVM that starts removes those of processes that it does not find,
 * frozen ones too. A copy goes into the image, and back at a restore.
 */
final class CarriedFiles {
  private CarriedFiles() {}

  static boolean carries(Mapping mapping) {
    return JvmCounters.isMappedBy(mapping);
  }

  static boolean carries(ImageFile file) {
    return file.mapped() && JvmCounters.isPath(file.path());
  }

  /** Name of the copy in the image. */
  static String member(String path) {
    return "carried-" + path.substring(1).replace('/', '_');
  }

  /** Copies them. The task stands still. */
  static void copy(TaskFacts facts, Path directory) throws IOException {
    for (var mappings : facts.mappings().values())
      for (Mapping mapping : mappings) if (carries(mapping)) copy(mapping.plainPath(), directory);
  }

  /**
   * One of them. The task stands still.
   *
   * @param open where it is found when another JVM has thrown away its name just now
   */
  static void copy(String path, List<Descriptor> open, Path directory) throws IOException {
    try {
      copy(path, directory);
    } catch (NoSuchFileException gone) {
      Optional<Descriptor> still = open.stream().filter(one -> one.path().equals(path)).findFirst();
      if (still.isEmpty()) throw gone;
      Files.copy(still.get().reopen(), directory.resolve(member(path)));
    }
  }

  private static void copy(String path, Path directory) throws IOException {
    Files.copy(
        Path.of(path),
        directory.resolve(member(path)),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
  }
}
