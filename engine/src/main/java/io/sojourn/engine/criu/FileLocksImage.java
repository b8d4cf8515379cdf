package io.sojourn.engine.criu;

import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The locks of an image's processes on their files. Of a file system whose locks are another
 * machine's business the kernel shows none, so CRIU finds none there; they are written into the
 * image afterwards. See images/file-lock.proto, fdinfo.proto, pstree.proto and regfile.proto of
 * CRIU.
 */
public final class FileLocksImage {
  private static final byte[] MAGIC = {0x19, 0x43, 0x56, 0x54, 0x16, 0x36, 0x32, 0x54};
  private static final int REGULAR = 1;

  private FileLocksImage() {}

  /**
   * A descriptor of a process in the image.
   *
   * @param file names the open file: several descriptors may share one
   * @param flags as of open(2)
   */
  public record OpenFile(int pid, int descriptor, long file, int flags, String path) {}

  /**
   * @param flock of the open file, as flock(2) makes it, or else of the process
   * @param type F_RDLCK 0, F_WRLCK 1
   * @param length 0: to the end
   */
  public record Lock(boolean flock, int type, int pid, int descriptor, long start, long length) {}

  /** Regular files, in the order of processes and descriptors. */
  public static List<OpenFile> openFiles(Path images) throws IOException {
    List<OpenFile> open = new ArrayList<>();
    List<UnknownFieldSet> files = ImageEntries.read(images.resolve("files.img"));
    for (UnknownFieldSet process : ImageEntries.read(images.resolve("pstree.img"))) {
      int pid = (int) number(process, 1);
      Path ids = images.resolve("ids-" + pid + ".img");
      if (!Files.exists(ids)) continue;
      long table = number(ImageEntries.read(ids).get(0), 2);
      Path descriptors = images.resolve("fdinfo-" + table + ".img");
      if (!Files.exists(descriptors)) continue;
      for (UnknownFieldSet one : ImageEntries.read(descriptors))
        if (number(one, 3) == REGULAR) open.add(openFile(pid, one, files));
    }
    return open;
  }

  private static OpenFile openFile(int pid, UnknownFieldSet info, List<UnknownFieldSet> files)
      throws IOException {
    long id = number(info, 1);
    for (UnknownFieldSet file : files)
      if (number(file, 1) == REGULAR && number(file, 2) == id && file.hasField(3)) {
        UnknownFieldSet regular =
            UnknownFieldSet.parseFrom(file.getField(3).getLengthDelimitedList().get(0));
        String path = regular.getField(6).getLengthDelimitedList().get(0).toStringUtf8();
        return new OpenFile(pid, (int) number(info, 4), id, (int) number(regular, 2), path);
      }
    throw new IOException("the image has no file " + id);
  }

  private static long number(UnknownFieldSet message, int field) {
    List<Long> values = message.getField(field).getVarintList();
    return values.isEmpty() ? 0 : values.get(0);
  }

  /** Instead of those that the image has. */
  public static void write(Path images, List<Lock> locks) throws IOException {
    List<UnknownFieldSet> entries = new ArrayList<>();
    for (Lock lock : locks) {
      long[] values = {
        lock.flock() ? 2 : 1,
        lock.type(),
        lock.pid(),
        lock.descriptor(),
        lock.start(),
        lock.length()
      };
      UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
      for (int i = 0; i < values.length; i++)
        message.addField(i + 1, Field.newBuilder().addVarint(values[i]).build());
      entries.add(message.build());
    }
    ImageEntries.write(images.resolve("filelocks.img"), MAGIC, entries);
  }
}
