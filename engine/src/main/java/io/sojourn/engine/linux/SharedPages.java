package io.sojourn.engine.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.sojourn.engine.linux.MemoryCopy.Run;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pages a process still shares with a copy of it that a fork(2) has made: neither has written
 * to those since, so they are as they were then. See the kernel's pagemap.rst. Both stand still.
 *
 * <p>It needs no dirty bits, which a kernel may have been built without, and misses nothing that
 * changes memory: whatever writes to a page that two processes have makes another page of it first.
 * Memory that is pinned for a device is copied by the fork itself.
 */
public final class SharedPages implements Closeable {
  private static final int PAGE = 4096;
  private static final int ENTRY = Long.BYTES;
  private static final int AT_ONCE = 64 << 10;

  private static final long FRAME = (1L << 55) - 1;
  private static final long EXCLUSIVE = 1L << 56;
  private static final long PRESENT = 1L << 63;

  private final FileChannel one;
  private final FileChannel other;
  private final ByteBuffer ofOne = entries();
  private final ByteBuffer ofOther = entries();

  /**
   * @throws IOException where one of them has ended
   */
  public SharedPages(int pid, int copy) throws IOException {
    one = open(pid);
    try {
      other = open(copy);
    } catch (IOException ended) {
      one.close();
      throw ended;
    }
  }

  /** Whether the kernel tells this process which page is where. */
  public static boolean possible() {
    try (Memory page = new Memory(2L * PAGE);
        FileChannel pagemap = open((int) ProcessHandle.current().pid())) {
      page.clear();
      long address = Pointer.nativeValue(page) + PAGE & -PAGE;
      return (read(pagemap, entries(), address, 1).get(0) & FRAME) != 0;
    } catch (IOException denied) {
      return false;
    }
  }

  private static FileChannel open(int pid) throws IOException {
    return FileChannel.open(Proc.of(pid).resolve("pagemap"), StandardOpenOption.READ);
  }

  private static ByteBuffer entries() {
    return ByteBuffer.allocateDirect(AT_ONCE * ENTRY).order(ByteOrder.nativeOrder());
  }

  /**
   * Those of a range, in order. None where the kernel does not tell this process which page is
   * where.
   *
   * @param start of the first page, in bytes, as the end is
   * @param least how many bytes must follow each other to be told
   * @throws IOException where one of them has ended
   */
  public List<Run> in(long start, long end, long least) throws IOException {
    List<Run> runs = new ArrayList<>();
    long from = -1;
    for (long at = start; at < end; ) {
      int count = (int) Math.min(AT_ONCE, (end - at) / PAGE);
      LongBuffer here = read(one, ofOne, at, count), there = read(other, ofOther, at, count);
      for (int i = 0; i < count; i++, at += PAGE) {
        boolean same = same(here.get(i), there.get(i));
        if (same && from < 0) from = at;
        if (same || from < 0) continue;
        if (at - from >= least) runs.add(new Run(from, at));
        from = -1;
      }
    }
    if (from >= 0 && end - from >= least) runs.add(new Run(from, end));
    return runs;
  }

  private static LongBuffer read(FileChannel pagemap, ByteBuffer into, long start, int count)
      throws IOException {
    into.clear().limit(count * ENTRY);
    for (long at = start / PAGE * ENTRY; into.hasRemaining(); ) {
      int read = pagemap.read(into, at);
      if (read <= 0) throw new IOException("a process has ended whose pages were looked at");
      at += read;
    }
    return into.flip().asLongBuffer();
  }

  /**
   * The two entries were not read at one moment, and between the two a page may have been put
   * elsewhere, and another in its place: then one of them is a page that only one process has.
   */
  private static boolean same(long one, long other) {
    return (one & other & PRESENT) != 0
        && ((one | other) & EXCLUSIVE) == 0
        && (one & FRAME) != 0
        && ((one ^ other) & FRAME) == 0;
  }

  @Override
  public void close() throws IOException {
    try (one) {
      other.close();
    }
  }
}
