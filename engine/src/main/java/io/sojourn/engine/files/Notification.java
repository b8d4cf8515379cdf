package io.sojourn.engine.files;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event of fanotify(7), of a group that reports directories and names instead of descriptors.
 *
 * @param mask FAN_*
 * @param thread of this process tree that caused it, or of others
 * @param directory whose name changed; as {@link FileWatch#identify} has it
 * @param name in the directory, "." is itself; null where none is said
 * @param file itself; null where none is said
 */
public record Notification(
    long mask,
    int thread,
    @Nullable String directory,
    byte @Nullable [] name,
    @Nullable String file) {
  public static final long MODIFY = 0x2;
  public static final long ATTRIB = 0x4;
  public static final long MOVED_FROM = 0x40;
  public static final long MOVED_TO = 0x80;
  public static final long CREATE = 0x100;
  public static final long DELETE = 0x200;
  public static final long OVERFLOW = 0x4000;
  static final long ON_CHILD = 0x08000000;
  static final long ONDIR = 0x40000000;
  private static final int FID = 1;
  private static final int DFID_NAME = 2;
  private static final int DFID = 3;
  private static final int FIRST_INFO = 24;

  /** All events in a buffer that read(2) has filled. */
  static List<Notification> read(ByteBuffer in, int length) {
    List<Notification> events = new ArrayList<>();
    int at = 0;
    while (at + FIRST_INFO <= length) {
      int size = in.getInt(at);
      if (size < FIRST_INFO || at + size > length) break;
      events.add(one(in, at, size));
      at += size;
    }
    return events;
  }

  private static Notification one(ByteBuffer in, int at, int size) {
    String directory = null, file = null;
    byte[] name = null;
    int info = at + (in.getShort(at + 6) & 0xffff);
    while (info + 4 <= at + size) {
      int type = in.get(info), length = in.getShort(info + 2) & 0xffff;
      if (length < 20 || info + length > at + size) break;
      int handle = in.getInt(info + 12);
      if (handle < 0 || 20 + handle > length) break;
      // fsid, and handle_bytes, handle_type and the handle of struct file_handle.
      String identity = hex(in, info + 4, 16 + handle);
      if (type == FID) file = identity;
      if (type == DFID || type == DFID_NAME) directory = identity;
      if (type == DFID_NAME) name = text(in, info + 20 + handle, info + length);
      info += length;
    }
    return new Notification(in.getLong(at + 8), in.getInt(at + 20), directory, name, file);
  }

  static String hex(ByteBuffer in, int at, int length) {
    byte[] bytes = new byte[length];
    in.get(at, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] text(ByteBuffer in, int from, int to) {
    int end = from;
    while (end < to && in.get(end) != 0) end++;
    byte[] bytes = new byte[end - from];
    in.get(from, bytes);
    return bytes;
  }

  public boolean is(long of) {
    return (mask & of) != 0;
  }

  public boolean ofDirectoryItself() {
    return name != null && name.length == 1 && name[0] == '.';
  }
}
