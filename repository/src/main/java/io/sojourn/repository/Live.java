package io.sojourn.repository;

import io.sojourn.protocol.repository.StoredImage;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** The chunks that some image needs. */
final class Live {
  private final PlaceTable chunks = new PlaceTable();
  private final Set<String> broken;

  private Live(Set<String> broken) {
    this.broken = broken;
  }

  /**
   * @throws DamageException what an image needs cannot be known; unless it is known to be broken
   */
  static Live mark(Blobs blobs) throws IOException {
    Live live = new Live(Broken.names(blobs));
    AllImages images = AllImages.read(blobs);
    for (Map.Entry<String, DamageException> each : images.damaged().entrySet())
      live.damaged(each.getKey(), each.getValue());
    Fetch fetch = new Fetch(blobs, Index.read(blobs));
    for (Map.Entry<String, StoredImage> each : images.whole().entrySet()) {
      try {
        live.mark(each.getValue(), fetch);
      } catch (DamageException damaged) {
        if (AllImages.has(blobs, each.getKey(), each.getValue()))
          live.damaged(each.getKey(), damaged);
      }
    }
    return live;
  }

  private void damaged(String name, DamageException reason) throws DamageException {
    if (!broken.contains(name))
      throw new DamageException("image " + name + " is damaged: " + reason.getMessage(), reason);
  }

  private void mark(StoredImage image, Fetch fetch) throws IOException {
    Set<ChunkId> fresh = Contents.segments(image);
    // What images share is read once.
    fresh.removeIf(this::contains);
    for (ChunkId id : Contents.of(fresh, fetch).chunks()) add(id);
    fresh.forEach(this::add);
  }

  private void add(ChunkId id) {
    chunks.put(id, 0, 0, 1);
  }

  boolean contains(ChunkId id) {
    return chunks.get(id) != null;
  }
}
