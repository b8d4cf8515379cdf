package io.sojourn.repository;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where chunks lie. A table of primitives: there are a hundred thousand of them for each few
 * gigabytes, and a map of objects would be three times as large. Not for many threads.
 */
final class PlaceTable {
  /**
   * @param pack number of the pack
   * @param length as it is stored
   */
  record Place(int pack, int offset, int length) {}

  private static final int ID = 4;
  private static final int PLACE = 3;

  private long[] ids = new long[ID << 10];
  private int[] places = new int[PLACE << 10];
  private int size;

  /** The first place that is named stays. */
  void put(ChunkId id, int pack, int offset, int length) {
    if (3 * (size + 1) > 2 * capacity()) grow();
    int slot = slot(id);
    if (length(slot) != 0) return;
    ids[ID * slot] = id.a();
    ids[ID * slot + 1] = id.b();
    ids[ID * slot + 2] = id.c();
    ids[ID * slot + 3] = id.d();
    places[PLACE * slot] = pack;
    places[PLACE * slot + 1] = offset;
    places[PLACE * slot + 2] = length;
    size++;
  }

  @Nullable Place get(ChunkId id) {
    int slot = slot(id);
    return length(slot) == 0
        ? null
        : new Place(places[PLACE * slot], places[PLACE * slot + 1], length(slot));
  }

  int size() {
    return size;
  }

  private int capacity() {
    return ids.length / ID;
  }

  private int length(int slot) {
    return places[PLACE * slot + 2];
  }

  /** Of the id, or the free one where it belongs. */
  private int slot(ChunkId id) {
    int slot = (int) id.b() & (capacity() - 1);
    while (length(slot) != 0 && !holds(slot, id)) slot = (slot + 1) & (capacity() - 1);
    return slot;
  }

  private boolean holds(int slot, ChunkId id) {
    return ids[ID * slot] == id.a()
        && ids[ID * slot + 1] == id.b()
        && ids[ID * slot + 2] == id.c()
        && ids[ID * slot + 3] == id.d();
  }

  private void grow() {
    long[] oldIds = ids;
    int[] oldPlaces = places;
    ids = new long[2 * oldIds.length];
    places = new int[2 * oldPlaces.length];
    size = 0;
    for (int slot = 0; slot < oldIds.length / ID; slot++) {
      int[] place = Arrays.copyOfRange(oldPlaces, PLACE * slot, PLACE * slot + PLACE);
      if (place[2] == 0) continue;
      int at = ID * slot;
      put(
          new ChunkId(oldIds[at], oldIds[at + 1], oldIds[at + 2], oldIds[at + 3]),
          place[0],
          place[1],
          place[2]);
    }
  }
}
