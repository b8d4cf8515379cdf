package io.sojourn.repository;

import io.sojourn.protocol.repository.PackIndex;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Makes whole what can be made whole: packs without an index get one, out of damaged packs is
 * rescued what is not damaged, and images that still lack something are marked. What was marked and
 * is whole by now is unmarked: to store the same memory again brings back what was lost.
 */
final class Repairing {
  private final Blobs blobs;

  Repairing(Blobs blobs) {
    this.blobs = blobs;
  }

  Health run(LongConsumer progress) throws IOException {
    reindex();
    Checking first = new Checking(blobs);
    first.run(true, progress);
    rescue(first.damaged());
    Health left = new Checking(blobs).run(false, read -> {});
    Set<String> marked = Broken.names(blobs);
    for (String image : left.brokenImages()) Broken.mark(blobs, image, "chunks of it are lost");
    for (String image : marked)
      if (!left.brokenImages().contains(image)) Broken.unmark(blobs, image);
    return left;
  }

  private void reindex() throws IOException {
    List<PackIndex> found = new ArrayList<>();
    for (String pack : Packs.read(blobs).unindexed()) {
      try {
        byte[] content = blobs.store().get(Pack.blobOf(pack));
        found.add(Pack.index(pack, content, blobs.codec()));
      } catch (DamageException noPack) {
        // A collection takes it away.
      }
    }
    Index.write(blobs, found);
  }

  private void rescue(Set<String> damaged) throws IOException {
    if (damaged.isEmpty()) return;
    Set<String> gone = new LinkedHashSet<>();
    try (PackStream out = new PackStream(blobs)) {
      for (PackIndex pack : Packs.read(blobs).indexes()) {
        if (!damaged.contains(pack.getPack()) || !gone.add(pack.getPack())) continue;
        byte[] content = blobs.store().get(Pack.blobOf(pack.getPack()));
        for (Pack.Entry entry : Pack.entries(pack)) {
          try {
            out.add(entry.id(), Copied.of(content, pack.getPack(), entry, blobs.codec()));
          } catch (DamageException lost) {
            // What is lost shows in the images that need it.
          }
        }
      }
      Index.write(blobs, out.finish());
    }
    // Only now: its whole chunks have another place.
    for (String pack : gone) blobs.store().delete(Pack.blobOf(pack));
  }
}
