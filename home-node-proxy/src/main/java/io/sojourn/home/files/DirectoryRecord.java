package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What getdents64(2) says of one name: struct linux_dirent64.
 *
 * @param offset at which the next one begins, by the file system's own count
 * @param type as of DT_REG in readdir(3)
 */
record DirectoryRecord(long inode, long offset, byte type, ByteString name) {
  private static final int OFFSET = 8, LENGTH = 16, TYPE = 18, NAME = 19;

  /** Those in the first so many bytes of a buffer. */
  static List<DirectoryRecord> in(ByteBuffer buffer, int length) {
    List<DirectoryRecord> all = new ArrayList<>();
    for (int at = 0; at < length; at += buffer.getShort(at + LENGTH) & 0xffff)
      all.add(
          new DirectoryRecord(
              buffer.getLong(at),
              buffer.getLong(at + OFFSET),
              buffer.get(at + TYPE),
              name(buffer, at + NAME)));
    return all;
  }

  private static ByteString name(ByteBuffer buffer, int at) {
    int length = 0;
    while (buffer.get(at + length) != 0) length++;
    return ByteString.copyFrom(buffer.slice(at, length));
  }
}
