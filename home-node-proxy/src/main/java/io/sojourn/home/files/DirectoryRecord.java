package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * What getdents64(2) says of one name: struct linux_dirent64.
 *
 * @param offset at which the next one begins, by the file system's own count
 * @param type as of DT_REG in readdir(3)
 */
record DirectoryRecord(long inode, long offset, byte type, ByteString name) {
  private static final int OFFSET = 8, LENGTH = 16, TYPE = 18, NAME = 19;

  /** Those in the first so many bytes of a buffer, which are read one after the other. */
  static Iterable<DirectoryRecord> in(ByteBuffer buffer, int length) {
    return () ->
        new Iterator<>() {
          private int at;

          @Override
          public boolean hasNext() {
            return at < length;
          }

          @Override
          public DirectoryRecord next() {
            if (!hasNext()) throw new NoSuchElementException();
            DirectoryRecord record = at(buffer, at);
            at += buffer.getShort(at + LENGTH) & 0xffff;
            return record;
          }
        };
  }

  private static DirectoryRecord at(ByteBuffer buffer, int at) {
    return new DirectoryRecord(
        buffer.getLong(at),
        buffer.getLong(at + OFFSET),
        buffer.get(at + TYPE),
        name(buffer, at + NAME));
  }

  private static ByteString name(ByteBuffer buffer, int at) {
    int length = 0;
    while (buffer.get(at + length) != 0) length++;
    return ByteString.copyFrom(buffer.slice(at, length));
  }
}
