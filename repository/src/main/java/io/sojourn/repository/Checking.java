package io.sojourn.repository;

import io.sojourn.protocol.repository.PackIndex;
import io.sojourn.protocol.repository.StoredImage;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/** Looks whether everything is there, and if asked whether it is what was written. */
final class Checking {
  private final Blobs blobs;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> damaged = new LinkedHashSet<>();
  private final List<String> broken = new ArrayList<>();

  Checking(Blobs blobs) {
    this.blobs = blobs;
  }

  /**
   * @param readAll every byte
   * @param progress is told how many bytes of packs have been read so far
   */
  Health run(boolean readAll, LongConsumer progress) throws IOException {
    Packs packs = Packs.read(blobs);
    if (readAll) packs(packs, progress);
    int images = images();
    long bytes = packs.sizes().values().stream().mapToLong(Long::longValue).sum();
    return new Health(images, packs.sizes().size(), bytes, problems, broken);
  }

  /** Packs that are not what was written. */
  Set<String> damaged() {
    return damaged;
  }

  private void packs(Packs packs, LongConsumer progress) throws IOException {
    Set<String> doomed = Index.doomed(blobs);
    long read = 0;
    for (PackIndex index : packs.indexes()) {
      String pack = index.getPack();
      if (doomed.contains(pack)) continue;
      byte[] content = blobs.store().get(Pack.blobOf(pack));
      if (!Pack.name(content, content.length).equals(pack)) {
        damaged.add(pack);
        problems.add("pack " + pack + " is not what was written");
      }
      progress.accept(read += content.length);
    }
  }

  private int images() throws IOException {
    AllImages images = AllImages.read(blobs);
    Index index = Index.read(blobs);
    Fetch fetch = new Fetch(blobs, index);
    for (Map.Entry<String, StoredImage> each : images.whole().entrySet()) {
      try {
        image(each.getValue(), index, fetch);
      } catch (DamageException reason) {
        if (AllImages.has(blobs, each.getKey(), each.getValue()))
          broken(each.getKey(), String.valueOf(reason.getMessage()));
      }
    }
    images.damaged().forEach((name, reason) -> broken(name, String.valueOf(reason.getMessage())));
    return images.whole().size() + images.damaged().size();
  }

  private void image(StoredImage image, Index index, Fetch fetch) throws IOException {
    int missing = 0;
    for (ChunkId id : Contents.of(image, fetch).chunks()) {
      Index.Place place = index.find(id);
      if (place == null || damaged.contains(place.pack())) missing++;
    }
    if (missing > 0)
      throw new DamageException(missing + " of its chunks are missing, or in a damaged pack");
  }

  private void broken(String image, String reason) {
    broken.add(image);
    problems.add("image " + image + " is damaged: " + reason);
  }
}
