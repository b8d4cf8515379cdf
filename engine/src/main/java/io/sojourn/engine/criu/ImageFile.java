package io.sojourn.engine.criu;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file that an image's processes have open or mapped, as CRIU has found it when they stood still.
 * See images/regfile.proto, remap-file-path.proto, mm.proto and vma.proto of CRIU.
 *
 * @param flags as of open(2); 0 of what is only mapped
 * @param mapped shared, for writing
 */
public record ImageFile(String path, int flags, boolean mapped) {
  private static final int O_ACCMODE = 3;
  private static final int O_WRONLY = 1;
  private static final int O_APPEND = 02000;
  private static final int REGULAR = 1;
  private static final int PROT_WRITE = 2;

  /** VMA_FILE_SHARED of criu/include/image.h. */
  private static final int SHARED = 1 << 7;

  private static final String REMAPPED = "remap-fpath.img";

  /** Those that can be found by their names: deleted ones are elsewhere in the image. */
  public static List<ImageFile> of(Path images) throws IOException {
    Set<Long> remapped = new HashSet<>(), mapped = mapped(images);
    if (Files.exists(images.resolve(REMAPPED)))
      for (UnknownFieldSet one : ImageEntries.read(images.resolve(REMAPPED)))
        remapped.add(number(one, 1));
    List<ImageFile> files = new ArrayList<>();
    for (UnknownFieldSet file : ImageEntries.read(images.resolve("files.img")))
      if (number(file, 1) == REGULAR && file.hasField(3)) {
        UnknownFieldSet regular =
            UnknownFieldSet.parseFrom(file.getField(3).getLengthDelimitedList().get(0));
        long id = number(regular, 1);
        if (!remapped.contains(id))
          files.add(
              new ImageFile(
                  regular.getField(6).getLengthDelimitedList().get(0).toStringUtf8(),
                  (int) number(regular, 2),
                  mapped.contains(id)));
      }
    return files;
  }

  /** Ids of the files that are mapped shared and for writing. */
  private static Set<Long> mapped(Path images) throws IOException {
    Set<Long> mapped = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(images, "mm-*.img")) {
      for (Path memory : all)
        for (UnknownFieldSet one : ImageEntries.read(memory))
          for (ByteString area : one.getField(14).getLengthDelimitedList()) {
            UnknownFieldSet vma = UnknownFieldSet.parseFrom(area);
            if ((number(vma, 7) & SHARED) != 0 && (number(vma, 5) & PROT_WRITE) != 0)
              mapped.add(number(vma, 4));
          }
    }
    return mapped;
  }

  private static long number(UnknownFieldSet message, int field) {
    List<Long> values = message.getField(field).getVarintList();
    return values.isEmpty() ? 0 : values.get(0);
  }

  public boolean written() {
    return mapped || (flags & O_ACCMODE) != 0;
  }

  /** It cannot even be read through this. */
  public boolean appendOnly() {
    return appends() && (flags & O_ACCMODE) == O_WRONLY;
  }

  public boolean appends() {
    return !mapped && (flags & O_APPEND) != 0;
  }
}
