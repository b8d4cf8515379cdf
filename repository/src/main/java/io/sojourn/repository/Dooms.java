package io.sojourn.repository;

import io.sojourn.protocol.repository.Doom;
import io.sojourn.protocol.repository.Lease;
import io.sojourn.protocol.repository.PackIndex;
import io.sojourn.repository.blob.BlobStore.Blob;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Packs that go. They are named first, and deleted when all who are at work have heard of it; then
 * it is looked once more whether an image needs them.
 */
final class Dooms {
  /** Whoever works longer than that is taken for dead; its image will not be published. */
  static final Duration LONGEST = Duration.ofHours(24);

  /**
   * @param packs that were deleted
   * @param waitsFor what others do who could not know
   */
  record CarriedOut(int packs, long bytes, List<String> waitsFor) {}

  private final Blobs blobs;
  private final String own;
  private final long nowEpochMillis;

  /**
   * @param own name of the lease of whoever asks
   */
  Dooms(Blobs blobs, String own, long nowEpochMillis) {
    this.blobs = blobs;
    this.own = own;
    this.nowEpochMillis = nowEpochMillis;
  }

  void doom(List<String> packs) throws IOException {
    if (packs.isEmpty()) return;
    blobs.put(
        Index.DOOMS + "/" + UUID.randomUUID(),
        Doom.newBuilder().addAllPacks(packs).setDoomedEpochMillis(nowEpochMillis).build());
  }

  /** What others do, by the names of their leases. Those of the dead are taken away. */
  Map<String, Lease> others() throws IOException {
    Map<String, Lease> others = new LinkedHashMap<>();
    for (Blob blob : blobs.store().list(io.sojourn.repository.Lease.FOLDER)) {
      if (blob.name().equals(own)) continue;
      try {
        Lease lease = blobs.get(blob.name(), Lease.parser());
        if (nowEpochMillis - lease.getBegunEpochMillis() > LONGEST.toMillis())
          blobs.store().delete(blob.name());
        else others.put(blob.name(), lease);
      } catch (NoSuchFileException done) {
        // Just now.
      }
    }
    return others;
  }

  CarriedOut carryOut() throws IOException {
    Map<String, Doom> due = new LinkedHashMap<>();
    Set<String> condemned = new HashSet<>();
    for (Blob blob : blobs.store().list(Index.DOOMS)) {
      try {
        Doom doom = blobs.get(blob.name(), Doom.parser());
        due.put(blob.name(), doom);
        condemned.addAll(doom.getPacksList());
      } catch (NoSuchFileException carriedOut) {
        // By another node, just now.
      }
    }
    if (due.isEmpty()) return new CarriedOut(0, 0, List.of());
    // Leases before images: what was at work and is not any more has published what it made.
    Set<String> waitsFor = new LinkedHashSet<>();
    for (Lease other : others().values())
      if (due.keySet().removeIf(doom -> !other.getSeenList().contains(doom)))
        waitsFor.add(other.getPurpose() + " on " + other.getNode());
    return due.isEmpty()
        ? new CarriedOut(0, 0, List.copyOf(waitsFor))
        : delete(due, condemned, List.copyOf(waitsFor));
  }

  private CarriedOut delete(Map<String, Doom> due, Set<String> condemned, List<String> waitsFor)
      throws IOException {
    Packs packs = Packs.read(blobs);
    Live live = Live.mark(blobs);
    PlaceTable elsewhere = new PlaceTable();
    Map<String, PackIndex> indexes = new LinkedHashMap<>();
    for (PackIndex index : packs.indexes()) {
      if (condemned.contains(index.getPack())) indexes.put(index.getPack(), index);
      else for (Pack.Entry entry : Pack.entries(index)) elsewhere.put(entry.id(), 0, 0, 1);
    }
    int deleted = 0;
    long bytes = 0;
    for (Map.Entry<String, Doom> doom : due.entrySet()) {
      for (String pack : new ArrayList<>(doom.getValue().getPacksList())) {
        Long size = packs.sizes().get(pack);
        if (size == null || needed(indexes.get(pack), live, elsewhere)) continue;
        blobs.store().delete(Pack.blobOf(pack));
        deleted++;
        bytes += size;
      }
      blobs.store().delete(doom.getKey());
    }
    return new CarriedOut(deleted, bytes, waitsFor);
  }

  private static boolean needed(@Nullable PackIndex index, Live live, PlaceTable elsewhere)
      throws IOException {
    if (index == null) return false;
    for (Pack.Entry entry : Pack.entries(index))
      if (live.contains(entry.id()) && elsewhere.get(entry.id()) == null) return true;
    return false;
  }
}
