package io.sojourn.engine.criu;

import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file that an image's processes have open or mapped, as CRIU has found it when they stood still.
 * See images/regfile.proto and remap-file-path.proto of CRIU.
 *
 * @param flags as of open(2); O_RDWR of what is shared-mapped for writing
 */
public record ImageFile(String path, int flags) {
  private static final int O_ACCMODE = 3;
  private static final int O_APPEND = 02000;
  private static final int REGULAR = 1;
  private static final String FILES = "files.img";
  private static final String REMAPPED = "remap-fpath.img";

  /** Those that can be found by their names: deleted ones are elsewhere in the image. */
  public static List<ImageFile> of(Path images) throws IOException {
    Set<Long> remapped = new HashSet<>();
    if (Files.exists(images.resolve(REMAPPED)))
      for (UnknownFieldSet one : ImageEntries.read(images.resolve(REMAPPED)))
        remapped.add(number(one, 1));
    List<ImageFile> files = new ArrayList<>();
    for (UnknownFieldSet file : ImageEntries.read(images.resolve(FILES)))
      if (number(file, 1) == REGULAR && file.hasField(3)) {
        UnknownFieldSet regular =
            UnknownFieldSet.parseFrom(file.getField(3).getLengthDelimitedList().get(0));
        if (!remapped.contains(number(regular, 1)))
          files.add(
              new ImageFile(
                  regular.getField(6).getLengthDelimitedList().get(0).toStringUtf8(),
                  (int) number(regular, 2)));
      }
    return files;
  }

  private static long number(UnknownFieldSet message, int field) {
    List<Long> values = message.getField(field).getVarintList();
    return values.isEmpty() ? 0 : values.get(0);
  }

  public boolean written() {
    return (flags & O_ACCMODE) != 0;
  }

  public boolean appends() {
    return (flags & O_APPEND) != 0;
  }
}
