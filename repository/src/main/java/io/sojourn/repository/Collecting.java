package io.sojourn.repository;

import io.sojourn.protocol.repository.IndexFile;
import io.sojourn.protocol.repository.PackIndex;
import io.sojourn.repository.blob.BlobStore.Blob;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives back the room of what no image needs. A crash at any point leaves nothing worse than room
 * that is still taken: what is needed is copied and indexed before its old place is doomed.
 */
final class Collecting {
  /** A pack with less that is needed is not worth its room: what is needed is copied. */
  private static final double WORTH = 0.6;

  private static final int FEW_INDEXES = 8;
  private static final int PACKS_AN_INDEX = 256;

  private final Blobs blobs;
  private final Dooms dooms;
  private final boolean rekey;

  /**
   * @param rekey whether what was sealed with older keys is written anew
   */
  Collecting(Blobs blobs, Dooms dooms, boolean rekey) {
    this.blobs = blobs;
    this.dooms = dooms;
    this.rekey = rekey;
  }

  Collected run() throws IOException {
    Dooms.CarriedOut before = dooms.carryOut();
    Live live = Live.mark(blobs);
    Packs packs = Packs.read(blobs);
    Set<String> doomed = Index.doomed(blobs);
    List<String> going = new ArrayList<>();
    // What nobody has indexed may still come to be: unless nobody is at work.
    if (dooms.others().isEmpty()) going.addAll(packs.unindexed());
    List<PackIndex> poor = new ArrayList<>();
    for (PackIndex pack : packs.indexes()) {
      if (doomed.contains(pack.getPack())) continue;
      double worth = worth(pack, live);
      if (worth == 0) going.add(pack.getPack());
      else if (worth < WORTH || (rekey && !current(pack))) poor.add(pack);
    }
    // One alone would only be written again.
    long copied = poor.size() > 1 || rekey ? copy(poor, live, going) : 0;
    dooms.doom(going);
    Dooms.CarriedOut after = dooms.carryOut();
    try {
      joinIndexes();
    } catch (NoSuchFileException joined) {
      // Another node does the same just now.
    }
    return new Collected(
        before.packs() + after.packs(), before.bytes() + after.bytes(), copied, after.waitsFor());
  }

  private static double worth(PackIndex pack, Live live) throws IOException {
    long all = 0, needed = 0;
    for (Pack.Entry entry : Pack.entries(pack)) {
      all += entry.length();
      if (live.contains(entry.id())) needed += entry.length();
    }
    return all == 0 ? 0 : (double) needed / all;
  }

  private boolean current(PackIndex pack) throws IOException {
    Pack.Entry first = Pack.entries(pack).get(0);
    byte[] stored = blobs.store().get(Pack.blobOf(pack.getPack()), first.offset(), first.length());
    return blobs.codec().seal().current(stored);
  }

  private long copy(List<PackIndex> poor, Live live, List<String> going) throws IOException {
    try (PackStream out = new PackStream(blobs)) {
      Set<ChunkId> done = new HashSet<>();
      for (PackIndex pack : poor) {
        byte[] content = blobs.store().get(Pack.blobOf(pack.getPack()));
        for (Pack.Entry entry : Pack.entries(pack))
          if (live.contains(entry.id()) && done.add(entry.id()))
            out.add(entry.id(), Copied.of(content, pack.getPack(), entry, blobs.codec()));
        going.add(pack.getPack());
      }
      Index.write(blobs, out.finish());
      return out.bytes();
    }
  }

  /** Many small index files become few, without the packs that have gone. */
  private void joinIndexes() throws IOException {
    List<Blob> files = blobs.store().list(Index.FOLDER);
    Map<String, PackIndex> named = new LinkedHashMap<>();
    for (Blob file : files)
      for (PackIndex pack : blobs.get(file.name(), IndexFile.parser()).getPacksList())
        named.put(pack.getPack(), pack);
    Set<String> there = Packs.read(blobs).sizes().keySet();
    boolean gone = named.keySet().retainAll(there);
    if (files.size() <= FEW_INDEXES && !gone && !rekey) return;
    List<PackIndex> packs = List.copyOf(named.values());
    for (int from = 0; from < packs.size(); from += PACKS_AN_INDEX)
      Index.write(blobs, packs.subList(from, Math.min(packs.size(), from + PACKS_AN_INDEX)));
    for (Blob file : files) blobs.store().delete(file.name());
  }
}
