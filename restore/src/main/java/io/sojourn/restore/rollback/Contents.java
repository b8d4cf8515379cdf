package io.sojourn.restore.rollback;

import io.sojourn.engine.files.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Compares what files hold. */
final class Contents {
  private static final int PIECE = 1 << 18;

  private Contents() {}

  /**
   * For how many bytes two files are the same.
   *
   * @param at where in the one to begin
   * @param otherAt where in the other
   * @param most how many to compare
   */
  static long sameUpTo(OpenFile one, OpenFile other, long at, long otherAt, long most)
      throws IOException {
    ByteBuffer here = ByteBuffer.allocate(PIECE), there = ByteBuffer.allocate(PIECE);
    for (long same = 0; same < most; ) {
      int size = (int) Math.min(PIECE, most - same);
      one.read(here.clear().limit(size), at + same);
      other.read(there.clear().limit(size), otherAt + same);
      int differs = here.flip().mismatch(there.flip());
      if (differs >= 0) return same + differs;
      if (here.limit() < size) return same + here.limit();
      same += size;
    }
    return most;
  }

  /**
   * Whether a file is what is left of an attempt to put it back: the beginning of what it is to
   * hold, and the rest of what it held.
   *
   * @param size of the file
   */
  static boolean isBetween(OpenFile file, long size, OpenFile wanted, OpenFile held)
      throws IOException {
    long begun = sameUpTo(file, wanted, 0, 0, size);
    return begun == size || sameUpTo(file, held, begun, begun, size - begun) == size - begun;
  }
}
