package io.sojourn.engine.image;

import com.google.protobuf.MessageLite;
import io.sojourn.protocol.criu.CriuPagemap;
import io.sojourn.protocol.criu.CriuPagemapHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A pagemap image while it comes: two magic words, a head, and an entry for each range. */
final class PagemapDraft {
  /** So many pages from an address on; the flags are CRIU's. */
  record Entry(long address, long count, int flags) {
    long end() {
      return address + count * PagemapFormat.PAGE;
    }

    /** Of its pages in the image. */
    long bytes() {
      return (flags & PagemapFormat.PRESENT) == 0 ? 0 : count * PagemapFormat.PAGE;
    }
  }

  private static final int FIELDS = 3;

  private final Path path;
  private final int pages;

  /** Address, number of pages and flags of each: what takes longer waits until the task runs on. */
  private long[] ranges = new long[FIELDS << 10];

  private int filled;

  /**
   * @param pages the N of pages-N.img
   */
  PagemapDraft(Path path, int pages) {
    this.path = path;
    this.pages = pages;
  }

  /**
   * @param address of the first byte
   * @param flags as CRIU says
   */
  void add(long address, long count, int flags) {
    if (filled == ranges.length) ranges = Arrays.copyOf(ranges, 2 * filled);
    ranges[filled++] = address;
    ranges[filled++] = count;
    ranges[filled++] = flags;
  }

  boolean isCalled(String name) {
    return path.endsWith(name);
  }

  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < filled; i += FIELDS)
      entries.add(new Entry(ranges[i], ranges[i + 1], (int) ranges[i + 2]));
    return entries;
  }

  /** These instead. */
  void replace(List<Entry> entries) {
    filled = 0;
    for (Entry entry : entries) add(entry.address(), entry.count(), entry.flags());
  }

  void write() throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    word(PagemapFormat.COMMON_MAGIC, image);
    word(PagemapFormat.PAGEMAP_MAGIC, image);
    message(CriuPagemapHead.newBuilder().setPagesId(pages).build(), image);
    for (int i = 0; i < filled; i += FIELDS)
      message(
          CriuPagemap.newBuilder()
              .setVaddr(ranges[i])
              .setCompatNrPages(0)
              .setNrPages(ranges[i + 1])
              .setFlags((int) ranges[i + 2])
              .build(),
          image);
    Files.write(path, image.toByteArray());
  }

  private static void message(MessageLite message, ByteArrayOutputStream image) throws IOException {
    word(message.getSerializedSize(), image);
    message.writeTo(image);
  }

  private static void word(int value, ByteArrayOutputStream image) {
    image.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }
}
