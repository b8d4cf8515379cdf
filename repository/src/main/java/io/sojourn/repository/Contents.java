package io.sojourn.repository;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.protocol.repository.ChunkList;
import io.sojourn.protocol.repository.StoredFile;
import io.sojourn.protocol.repository.StoredImage;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The chunks of an image, in order: what its segments say. */
final class Contents {
  private final Map<ChunkId, ChunkList> lists = new ConcurrentHashMap<>();

  private Contents() {}

  static Contents of(StoredImage image, Fetch fetch) throws IOException {
    return of(segments(image), fetch);
  }

  /** Of some segments only. */
  static Contents of(Set<ChunkId> segments, Fetch fetch) throws IOException {
    Contents contents = new Contents();
    fetch.all(segments, contents::add);
    return contents;
  }

  /** The chunks that hold lists of chunks. */
  static Set<ChunkId> segments(StoredImage image) {
    Set<ChunkId> segments = new LinkedHashSet<>();
    for (StoredFile file : image.getFilesList())
      for (ByteString id : file.getSegmentsList()) segments.add(id(id));
    return segments;
  }

  private static ChunkId id(ByteString bytes) {
    return ChunkId.read(bytes.asReadOnlyByteBuffer());
  }

  private void add(ChunkId id, byte[] content) throws DamageException {
    try {
      ChunkList list = ChunkList.parseFrom(content);
      if (list.getIds().size() == ChunkId.BYTES * list.getLengthsCount()) {
        lists.put(id, list);
        return;
      }
    } catch (InvalidProtocolBufferException no) {
      // Said below.
    }
    throw new DamageException("chunk " + id + " is not a list of chunks");
  }

  /** Is told each chunk of a file, where it lies in that, and its length. */
  interface Reader {
    void chunk(long offset, int length, ChunkId id) throws IOException;
  }

  void read(StoredFile file, Reader reader) throws IOException {
    long offset = 0;
    for (ByteString segment : file.getSegmentsList()) {
      ChunkList list = lists.get(id(segment));
      if (list == null) throw new DamageException("a list of chunks is missing");
      var ids = list.getIds().asReadOnlyByteBuffer();
      for (int length : list.getLengthsList()) {
        reader.chunk(offset, length, ChunkId.read(ids));
        offset += length;
      }
    }
  }

  /** All that must be there for the image to be whole, but its segments. */
  Set<ChunkId> chunks() {
    Set<ChunkId> all = new LinkedHashSet<>();
    for (ChunkList list : lists.values()) {
      var ids = list.getIds().asReadOnlyByteBuffer();
      while (ids.hasRemaining()) {
        ChunkId id = ChunkId.read(ids);
        if (!id.equals(ChunkId.ZERO)) all.add(id);
      }
    }
    return all;
  }
}
