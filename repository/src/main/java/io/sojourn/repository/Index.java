package io.sojourn.repository;

import io.sojourn.protocol.repository.Doom;
import io.sojourn.protocol.repository.IndexFile;
import io.sojourn.protocol.repository.PackIndex;
import io.sojourn.repository.blob.BlobStore.Blob;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which chunk lies where, as of one moment: what the index files say of packs that are there. A
 * pack that is doomed counts only where nothing else has the chunk, and only for who reads.
 */
final class Index {
  static final String FOLDER = "indexes";
  static final String DOOMS = "doomed";

  /**
   * @param pack its name
   * @param doomed it is about to be deleted: whoever writes must not count on it
   */
  record Place(String pack, int offset, int length, boolean doomed) {}

  private final PlaceTable table = new PlaceTable();
  private final List<String> packs = new ArrayList<>();
  private final Set<String> doomed = new HashSet<>();

  private Index() {}

  /** Reads all of it. Whoever wants to count on it has a {@link Lease} before. */
  static Index read(Blobs blobs) throws IOException {
    Index index = new Index();
    index.doomed.addAll(doomed(blobs));
    List<PackIndex> all = all(blobs);
    Set<String> there = new HashSet<>();
    for (Blob pack : blobs.store().list(Pack.FOLDER)) there.add(Pack.nameOf(pack.name()));
    for (PackIndex pack : all)
      if (there.contains(pack.getPack()) && !index.doomed.contains(pack.getPack())) index.add(pack);
    for (PackIndex pack : all)
      if (there.contains(pack.getPack()) && index.doomed.contains(pack.getPack())) index.add(pack);
    return index;
  }

  /** The packs that somebody has doomed. */
  static Set<String> doomed(Blobs blobs) throws IOException {
    Set<String> doomed = new HashSet<>();
    for (Blob doom : blobs.store().list(DOOMS)) {
      try {
        doomed.addAll(blobs.get(doom.name(), Doom.parser()).getPacksList());
      } catch (NoSuchFileException carriedOut) {
        // By another node, just now.
      }
    }
    return doomed;
  }

  /** What all index files say, each pack once. */
  static List<PackIndex> all(Blobs blobs) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        List<PackIndex> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Blob file : blobs.store().list(FOLDER))
          for (PackIndex pack : blobs.get(file.name(), IndexFile.parser()).getPacksList())
            if (seen.add(pack.getPack())) all.add(pack);
        return all;
      } catch (NoSuchFileException joined) {
        // Another node has just put several of them into one, which a new list shows.
        if (tries == 5) throw joined;
      }
    }
  }

  /** Puts one more index file. */
  static void write(Blobs blobs, List<PackIndex> packs) throws IOException {
    if (packs.isEmpty()) return;
    blobs.put(FOLDER + "/" + UUID.randomUUID(), IndexFile.newBuilder().addAllPacks(packs).build());
  }

  private void add(PackIndex pack) throws DamageException {
    packs.add(pack.getPack());
    for (Pack.Entry entry : Pack.entries(pack))
      table.put(entry.id(), packs.size() - 1, entry.offset(), entry.length());
  }

  /** Not for many threads, as nothing here: a read is, when all has been added. */
  @Nullable Place find(ChunkId id) {
    PlaceTable.Place place = table.get(id);
    if (place == null) return null;
    String pack = packs.get(place.pack());
    return new Place(pack, place.offset(), place.length(), doomed.contains(pack));
  }

  int chunks() {
    return table.size();
  }
}
