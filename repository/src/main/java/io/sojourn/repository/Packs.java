package io.sojourn.repository;

import io.sojourn.protocol.repository.PackIndex;
import io.sojourn.repository.blob.BlobStore.Blob;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The packs that are there, with their sizes, and what the index files say of them.
 *
 * @param sizes by name
 * @param indexes of those that are there
 */
record Packs(Map<String, Long> sizes, List<PackIndex> indexes) {
  static Packs read(Blobs blobs) throws IOException {
    // Indexes first: whatever they name has been there before.
    List<PackIndex> all = Index.all(blobs);
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Blob pack : blobs.store().list(Pack.FOLDER))
      sizes.put(Pack.nameOf(pack.name()), pack.size());
    return new Packs(
        sizes, all.stream().filter(index -> sizes.containsKey(index.getPack())).toList());
  }

  /** Those that no index names: of a store that is under way, or has died. */
  List<String> unindexed() {
    Set<String> indexed = indexes.stream().map(PackIndex::getPack).collect(Collectors.toSet());
    return sizes.keySet().stream().filter(pack -> !indexed.contains(pack)).toList();
  }
}
