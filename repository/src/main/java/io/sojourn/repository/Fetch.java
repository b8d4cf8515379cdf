package io.sojourn.repository;

import io.sojourn.repository.seal.DamageException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Brings chunks: what lies close together in one read, and a few reads at a time. */
final class Fetch {
  /** To read what lies between costs less than another request. */
  private static final int GAP = 128 << 10;

  private static final int LONGEST = 4 << 20;

  /** Is given each chunk, on any of several threads. */
  interface Receiver {
    void take(ChunkId id, byte[] content) throws IOException;
  }

  private record Wanted(ChunkId id, Index.Place place) {
    int end() {
      return place.offset() + place.length();
    }
  }

  private final Blobs blobs;
  private final Index index;

  Fetch(Blobs blobs, Index index) {
    this.blobs = blobs;
    this.index = index;
  }

  /**
   * @throws DamageException one is not there, or is not what was stored
   */
  void all(Collection<ChunkId> ids, Receiver receiver) throws IOException {
    List<Wanted> wanted = new ArrayList<>(ids.size());
    for (ChunkId id : ids) {
      Index.Place place = index.find(id);
      if (place == null) throw new DamageException("chunk " + id + " is missing");
      wanted.add(new Wanted(id, place));
    }
    wanted.sort(
        Comparator.comparing((Wanted one) -> one.place().pack())
            .thenComparingInt(one -> one.place().offset()));
    try (Crew<Boolean> crew = new Crew<>(done -> {})) {
      for (int from = 0, to; from < wanted.size(); from = to) {
        to = from + 1;
        while (to < wanted.size() && together(wanted.get(from), wanted.get(to - 1), wanted.get(to)))
          to++;
        List<Wanted> row = wanted.subList(from, to);
        crew.give(() -> read(row, receiver));
      }
      crew.finish();
    }
  }

  private static boolean together(Wanted first, Wanted last, Wanted next) {
    return next.place().pack().equals(first.place().pack())
        && next.place().offset() - last.end() <= GAP
        && next.end() - first.place().offset() <= LONGEST;
  }

  private boolean read(List<Wanted> row, Receiver receiver) throws IOException {
    Index.Place first = row.get(0).place();
    int length = row.get(row.size() - 1).end() - first.offset();
    byte[] bytes;
    try {
      bytes = blobs.store().get(Pack.blobOf(first.pack()), first.offset(), length);
    } catch (NoSuchFileException | EOFException gone) {
      elsewhere(row, receiver, gone);
      return true;
    }
    for (Wanted one : row) {
      int from = one.place().offset() - first.offset();
      receiver.take(
          one.id(), decode(one, Arrays.copyOfRange(bytes, from, from + one.place().length())));
    }
    return true;
  }

  /**
   * A pack that was doomed goes when others have stored again what is needed of it, which may be
   * after the index was read.
   */
  private void elsewhere(List<Wanted> row, Receiver receiver, IOException gone) throws IOException {
    Index newer = Index.read(blobs);
    for (Wanted one : row) {
      Index.Place place = newer.find(one.id());
      if (place == null || place.pack().equals(one.place().pack()))
        throw new DamageException("pack " + one.place().pack() + " is missing, or cut off", gone);
    }
    new Fetch(blobs, newer).all(row.stream().map(Wanted::id).toList(), receiver);
  }

  private byte[] decode(Wanted one, byte[] stored) throws DamageException {
    try {
      return blobs.codec().decode(one.id(), stored);
    } catch (DamageException damaged) {
      throw new DamageException(
          "pack %s at %d: %s"
              .formatted(one.place().pack(), one.place().offset(), damaged.getMessage()),
          damaged);
    }
  }
}
