package io.sojourn.engine.image;

import io.sojourn.protocol.criu.CriuPagemap;
import io.sojourn.protocol.criu.CriuPagemapHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One of CRIU's pagemap images: two magic words, then entries with their lengths, the first of
 * which is a head.
 *
 * @param pagesId the N of the {@code pages-N.img} that holds the present ranges, one after another
 */
public record Pagemap(int pagesId, List<Range> ranges) {
  private static final int MAX_ENTRY = 1 << 10;

  /**
   * A range of whole pages, in bytes.
   *
   * @param present in the image
   * @param lazy to be brought after the restore
   */
  public record Range(long start, long end, boolean present, boolean lazy) {}

  /**
   * @throws IOException where it is no pagemap, or one that is cut off
   */
  public static Pagemap parse(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 8
        || buffer.getInt() != PagemapFormat.COMMON_MAGIC
        || buffer.getInt() != PagemapFormat.PAGEMAP_MAGIC)
      throw new IOException("not a pagemap of CRIU's");
    int pagesId = CriuPagemapHead.parseFrom(next(buffer)).getPagesId();
    List<Range> ranges = new ArrayList<>();
    while (buffer.remaining() >= 4) ranges.add(range(CriuPagemap.parseFrom(next(buffer))));
    return new Pagemap(pagesId, ranges);
  }

  private static ByteBuffer next(ByteBuffer buffer) throws IOException {
    int size = buffer.remaining() < 4 ? -1 : buffer.getInt();
    if (size < 0 || size > MAX_ENTRY || size > buffer.remaining())
      throw new IOException("the pagemap is cut off");
    ByteBuffer entry = buffer.slice(buffer.position(), size);
    buffer.position(buffer.position() + size);
    return entry;
  }

  private static Range range(CriuPagemap entry) throws IOException {
    long pages =
        entry.hasNrPages() ? entry.getNrPages() : Integer.toUnsignedLong(entry.getCompatNrPages());
    long start = entry.getVaddr();
    if (start % PagemapFormat.PAGE != 0
        || pages <= 0
        || pages > Long.MAX_VALUE / PagemapFormat.PAGE)
      throw new IOException("the pagemap has a range of " + pages + " pages at " + start);
    long end = start + pages * PagemapFormat.PAGE;
    if (end <= start)
      throw new IOException("the pagemap has a range of " + pages + " pages at " + start);
    // Before CRIU 3 no flags meant that the pages are there.
    boolean present = !entry.hasFlags() || (entry.getFlags() & PagemapFormat.PRESENT) != 0;
    return new Range(
        start, end, present, entry.hasFlags() && (entry.getFlags() & PagemapFormat.LAZY) != 0);
  }
}
