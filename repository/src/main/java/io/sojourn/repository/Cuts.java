package io.sojourn.repository;

import io.sojourn.engine.image.Pagemap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where files are cut. Memory is cut at addresses, not at offsets: a page that a program has
 * touched meanwhile moves all that follow it in the file, and none in memory.
 */
final class Cuts {
  /** Chunks of one segment lie in that much of the address space. */
  private static final int SEGMENT = 4 << 20;

  private final int chunk;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Integer> lengths = new ArrayList<>();
  private long offset;
  private long end;
  private long segment;

  private Cuts(int chunk) {
    this.chunk = chunk;
  }

  /**
   * Of a file of pages.
   *
   * @throws IOException the pagemap says another length
   */
  static List<Segment> of(Pagemap pagemap, long size, int chunk) throws IOException {
    Cuts cuts = new Cuts(chunk);
    long next = -1;
    for (Pagemap.Range range : pagemap.ranges()) {
      if (!range.present()) continue;
      cuts.add(range.start(), range.end(), range.start() == next);
      next = range.end();
    }
    cuts.close();
    if (cuts.end != size)
      throw new IOException(
          "pages-%d.img has %d bytes, its pagemap says %d"
              .formatted(pagemap.pagesId(), size, cuts.end));
    return cuts.segments;
  }

  /** Of any other file. */
  static List<Segment> of(long size, int chunk) {
    Cuts cuts = new Cuts(chunk);
    if (size > 0) cuts.add(0, size, false);
    cuts.close();
    return cuts.segments;
  }

  private void add(long from, long to, boolean goesOn) {
    for (long start = from, stop; start < to; start = stop) {
      stop = Math.min(to, start - Math.floorMod(start, chunk) + chunk);
      // A segment ends at its boundary, also where memory has a hole there.
      if (end > offset && crosses(start)) close();
      if (goesOn && start == from && start % chunk != 0 && !lengths.isEmpty())
        lengths.set(lengths.size() - 1, lengths.get(lengths.size() - 1) + (int) (stop - start));
      else lengths.add((int) (stop - start));
      end += stop - start;
      segment = Math.floorDiv(start, SEGMENT);
    }
  }

  private boolean crosses(long start) {
    return Math.floorDiv(start, SEGMENT) != segment;
  }

  private void close() {
    if (end == offset) return;
    segments.add(new Segment(offset, lengths.stream().mapToInt(Integer::intValue).toArray()));
    lengths.clear();
    offset = end;
  }
}
