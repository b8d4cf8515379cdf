package io.sojourn.node.move;

import io.sojourn.restore.world.GuestWorld;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Where worlds lie: in memory, each marked with the world host that it belongs to. */
public final class WorldDirectories {
  /** Images have no such names. */
  private static final String PREFIX = ".world-";

  private WorldDirectories() {}

  /**
   * @param host number of the process
   */
  static Path of(Path memory, long host, String task, int incarnation) {
    return memory.resolve(PREFIX + host + "-" + task + "-" + incarnation);
  }

  /**
   * Removes what world hosts that died have left; their tasks ended with them.
   *
   * @param living numbers of those that live
   */
  public static void sweep(Path memory, Set<Long> living) throws IOException {
    if (!Files.isDirectory(memory)) return;
    try (DirectoryStream<Path> left = Files.newDirectoryStream(memory, PREFIX + "*")) {
      for (Path world : left)
        if (living.stream().noneMatch(host -> belongsTo(world, host))) GuestWorld.remove(world);
    }
  }

  private static boolean belongsTo(Path world, long host) {
    return world.getFileName().toString().startsWith(PREFIX + host + "-");
  }
}
