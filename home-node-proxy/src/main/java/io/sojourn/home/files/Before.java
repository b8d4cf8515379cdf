package io.sojourn.home.files;

import io.sojourn.engine.files.Statx;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What there was before a call: from that and from what there is now it can be told later whether
 * the call was made.
 *
 * @param number a file's size; or whether there was something, as 1 or 0
 * @param name what the name meant that the call is about
 */
record Before(long number, Found name) {
  private static final int SIZE = 4 * Long.BYTES;

  static Before of(long number) {
    return new Before(number, Found.NOTHING);
  }

  static Before of(Found name) {
    return new Before(0, name);
  }

  /**
   * A file, also where its name is another's by now: an inode's number is given again, so when it
   * was made belongs to it.
   */
  record Found(long device, long inode, long born) {
    static final Found NOTHING = new Found(0, 0, 0);

    static Found of(@Nullable Statx status) {
      if (status == null) return NOTHING;
      Statx.Time born = status.born();
      return new Found(
          status.device(), status.inode(), born.seconds() * 1_000_000_000 + born.nanos());
    }

    boolean is(Node.Key key) {
      return device == key.device() && inode == key.inode();
    }

    private void put(ByteBuffer to) {
      to.putLong(device).putLong(inode).putLong(born);
    }

    private static Found take(ByteBuffer from) {
      return new Found(from.getLong(), from.getLong(), from.getLong());
    }
  }

  byte[] bytes() {
    ByteBuffer to = ByteBuffer.allocate(SIZE).putLong(number);
    name.put(to);
    return to.array();
  }

  static Before read(ByteBuffer from) {
    return new Before(from.getLong(), Found.take(from));
  }
}
