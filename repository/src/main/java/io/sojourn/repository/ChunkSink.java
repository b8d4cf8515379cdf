package io.sojourn.repository;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Takes chunks, and stores those that are new. For many threads. */
final class ChunkSink {
  private final Index index;
  private final Codec codec;
  private final PackStream packs;
  private final Set<ChunkId> mine = ConcurrentHashMap.newKeySet();
  private final Set<String> counted = ConcurrentHashMap.newKeySet();

  ChunkSink(Index index, Codec codec, PackStream packs) {
    this.index = index;
    this.codec = codec;
    this.packs = packs;
  }

  ChunkId add(byte[] content, int offset, int length) throws IOException {
    if (Zeros.only(content, offset, length)) return ChunkId.ZERO;
    ChunkId id = ChunkId.of(content, offset, length);
    if (!known(id))
      packs.add(id, codec.encode(id, Arrays.copyOfRange(content, offset, offset + length)));
    return id;
  }

  private boolean known(ChunkId id) {
    Index.Place place = index.find(id);
    // What is doomed is stored once more.
    if (place == null || place.doomed()) return !mine.add(id);
    counted.add(place.pack());
    return true;
  }

  /** Packs that were there before, and hold something of what was added. */
  Set<String> counted() {
    return counted;
  }
}
