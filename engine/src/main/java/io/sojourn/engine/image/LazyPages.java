package io.sojourn.engine.image;

import io.sojourn.protocol.criu.CriuPagemap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of a process's memory that its image leaves out, to be brought after the restore; in
 * bytes, of whole pages. CRIU's pagemap images: two magic words, then entries with their lengths,
 * the first of which is a head.
 */
public record LazyPages(long start, long end) {
  private static final int MAX_ENTRY = 1 << 10;

  /** All of a process, in order. */
  public static List<LazyPages> of(Path images, int process) throws IOException {
    return parse(Files.readAllBytes(images.resolve("pagemap-" + process + ".img")));
  }

  static List<LazyPages> parse(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 8
        || buffer.getInt() != PagemapFormat.COMMON_MAGIC
        || buffer.getInt() != PagemapFormat.PAGEMAP_MAGIC)
      throw new IOException("not a pagemap of CRIU's");
    List<LazyPages> ranges = new ArrayList<>();
    for (boolean head = true; buffer.remaining() >= 4; head = false) {
      int size = buffer.getInt();
      if (size < 0 || size > MAX_ENTRY || size > buffer.remaining())
        throw new IOException("the pagemap is cut off");
      ByteBuffer entry = buffer.slice(buffer.position(), size);
      buffer.position(buffer.position() + size);
      if (!head) add(CriuPagemap.parseFrom(entry), ranges);
    }
    return ranges;
  }

  private static void add(CriuPagemap entry, List<LazyPages> ranges) throws IOException {
    if ((entry.getFlags() & (PagemapFormat.LAZY | PagemapFormat.PRESENT)) != PagemapFormat.LAZY)
      return;
    long pages =
        entry.hasNrPages() ? entry.getNrPages() : Integer.toUnsignedLong(entry.getCompatNrPages());
    long start = entry.getVaddr(), end = start + pages * PagemapFormat.PAGE;
    if (start % PagemapFormat.PAGE != 0
        || pages <= 0
        || pages > Long.MAX_VALUE / PagemapFormat.PAGE
        || end <= start)
      throw new IOException("the pagemap has a range of " + pages + " pages at " + start);
    ranges.add(new LazyPages(start, end));
  }
}
