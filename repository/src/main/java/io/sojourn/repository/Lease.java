package io.sojourn.repository;

import io.sojourn.repository.blob.BlobStore.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody reads or writes, and counts on what there is. It is taken before anything is looked at,
 * and says which packs its holder knew to be doomed: a collection deletes a pack only when all who
 * are at work know that it goes. No clock is asked in this, unless somebody never returns.
 */
final class Lease implements Closeable {
  static final String FOLDER = "leases";

  private static final Logger log = LoggerFactory.getLogger(Lease.class);

  private final Blobs blobs;
  private final String name;

  private Lease(Blobs blobs, String name) {
    this.blobs = blobs;
    this.name = name;
  }

  /**
   * @param node of the holder: its leases go when it starts anew
   */
  static Lease take(Blobs blobs, String node, String purpose, long nowEpochMillis)
      throws IOException {
    Lease lease = new Lease(blobs, FOLDER + "/" + node + "/" + UUID.randomUUID());
    var text =
        io.sojourn.protocol.repository.Lease.newBuilder()
            .setNode(node)
            .setPurpose(purpose)
            .setBegunEpochMillis(nowEpochMillis);
    // First: whoever dooms from now on waits for it. Then: what was doomed before is known.
    blobs.put(lease.name, text.build());
    List<Blob> dooms = blobs.store().list(Index.DOOMS);
    for (Blob doom : dooms) text.addSeen(doom.name());
    if (!dooms.isEmpty()) blobs.put(lease.name, text.build());
    return lease;
  }

  /** Removes what a node left that died in the middle of something. */
  static void sweep(Blobs blobs, String node) throws IOException {
    for (Blob left : blobs.store().list(FOLDER + "/" + node)) blobs.store().delete(left.name());
  }

  String name() {
    return name;
  }

  /**
   * @throws IOException a collection took it for one whose holder is dead: what it has counted on
   *     may be gone
   */
  void check() throws IOException {
    try {
      blobs.store().get(name);
    } catch (NoSuchFileException taken) {
      throw new IOException(
          "it took so long that a collection on another node no longer waited for it", taken);
    }
  }

  @Override
  public void close() {
    try {
      blobs.store().delete(name);
    } catch (IOException left) {
      log.warn("{} in {} could not be removed: {}", name, blobs.store().place(), left.toString());
    }
  }
}
