package io.sojourn.restore.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an address space has not yet, of the memory that was left out of its image. A range knows
 * where it was in the image: the task may have moved it since (mremap(2)).
 */
final class Missing {
  /**
   * @param source its address in the image
   */
  record Range(long start, long end, long source) {
    long length() {
      return end - start;
    }

    private Range part(long from, long to) {
      return new Range(from, to, source + from - start);
    }
  }

  private final TreeMap<Long, Range> byAddress = new TreeMap<>();
  private long bytes;
  private boolean moved;

  Missing() {}

  /** A child's, which has what its parent has. */
  Missing(Missing parent) {
    byAddress.putAll(parent.byAddress);
    bytes = parent.bytes;
    moved = parent.moved;
  }

  void add(Range range) {
    byAddress.put(range.start(), range);
    bytes += range.length();
    moved |= range.source() != range.start();
  }

  long bytes() {
    return bytes;
  }

  /** The range with an address in it. */
  @Nullable Range at(long address) {
    Map.Entry<Long, Range> floor = byAddress.floorEntry(address);
    return floor == null || floor.getValue().end() <= address ? null : floor.getValue();
  }

  /** The first range that ends behind an address, from there on. */
  @Nullable Range from(long address) {
    Range here = at(address);
    if (here != null) return here.part(address, here.end());
    Map.Entry<Long, Range> next = byAddress.ceilingEntry(address);
    return next == null ? null : next.getValue();
  }

  /** What of a range is there, in parts. */
  private List<Range> within(long start, long end) {
    List<Range> parts = new ArrayList<>();
    Range first = at(start);
    if (first != null) parts.add(first.part(start, Math.min(end, first.end())));
    for (Range next : byAddress.subMap(start, false, end, false).values())
      parts.add(next.part(next.start(), Math.min(end, next.end())));
    return parts;
  }

  /** Where a part of the image is wanted. */
  List<Range> wanting(long source, long length) {
    long end = source + length;
    if (!moved) return within(source, end);
    List<Range> parts = new ArrayList<>();
    for (Range range : byAddress.values()) {
      long from = Math.max(range.source(), source);
      long to = Math.min(range.source() + range.length(), end);
      long shift = range.start() - range.source();
      if (from < to) parts.add(range.part(from + shift, to + shift));
    }
    return parts;
  }

  /** It is there now, or nobody wants it any more. */
  List<Range> remove(long start, long end) {
    List<Range> gone = within(start, end);
    for (Range part : gone) {
      Range whole = at(part.start());
      if (whole == null) continue;
      byAddress.remove(whole.start());
      if (whole.start() < part.start())
        byAddress.put(whole.start(), whole.part(whole.start(), part.start()));
      if (part.end() < whole.end()) byAddress.put(part.end(), whole.part(part.end(), whole.end()));
      bytes -= part.length();
    }
    return gone;
  }

  /** What was there is elsewhere now. */
  void move(long from, long to, long length) {
    for (Range part : remove(from, from + length))
      add(new Range(part.start() - from + to, part.end() - from + to, part.source()));
  }
}
