package io.sojourn.engine.criu;

import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives an image's deleted files names of their own. CRIU makes such a file again, for the time of
 * the restore, under its old path and a number that each image counts from 1 (ghost_path in
 * files-reg.c). Two tasks that have the same deleted file open, a library that was replaced, would
 * be in each other's way while both are restored. See images/remap-file-path.proto of CRIU.
 */
public final class GhostNames {
  private static final String REMAPPED = "remap-fpath.img";
  private static final int REMAP_ID = 2;
  private static final int REMAP_TYPE = 3;
  private static final long GHOST = 1;

  private GhostNames() {}

  /** Whether an image has any. */
  public static boolean in(Path images) {
    return Files.exists(images.resolve("ghost-file-1.img"));
  }

  /**
   * Gives them.
   *
   * @param images may hold links to an image's files, which stay as they are
   * @param pid of the task, as no other has it
   */
  public static void giveOwn(Path images, int pid) throws IOException {
    Path file = images.resolve(REMAPPED);
    byte[] content = Files.readAllBytes(file);
    Files.delete(file);
    Files.write(file, content);
    Map<Long, Long> renamed = new HashMap<>();
    // Below bit 31, which CRIU takes for a mark.
    ImageEntries.change(
        file,
        entry -> {
          if (number(entry, REMAP_TYPE) != GHOST) return entry;
          long id = number(entry, REMAP_ID), own = id + ((pid & 0x3fffffL) << 8);
          renamed.put(id, own);
          return entry.toBuilder()
              .addField(REMAP_ID, Field.newBuilder().addVarint(own).build())
              .build();
        });
    for (Map.Entry<Long, Long> one : renamed.entrySet())
      Files.move(images.resolve(name(one.getKey())), images.resolve(name(one.getValue())));
  }

  private static String name(long id) {
    return "ghost-file-" + Long.toHexString(id) + ".img";
  }

  private static long number(UnknownFieldSet message, int field) {
    List<Long> values = message.getField(field).getVarintList();
    return values.isEmpty() ? 0 : values.get(0);
  }
}
