package io.sojourn.repository;

import io.sojourn.protocol.repository.PackIndex;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Chunks in, packs out: one pack is filled while others are on their way. At most {@link #UNDERWAY}
 * are; who brings more waits, so that a slow bucket costs time and not memory. For many threads.
 */
final class PackStream implements Closeable {
  private static final int UNDERWAY = 2;

  private final Blobs blobs;
  private final ExecutorService senders = Executors.newFixedThreadPool(UNDERWAY);
  private final Semaphore places = new Semaphore(UNDERWAY);
  private final List<CompletableFuture<PackIndex>> sent = new ArrayList<>();
  private Pack pack = new Pack();
  private long bytes;

  PackStream(Blobs blobs) {
    this.blobs = blobs;
  }

  /**
   * @throws IOException a pack could not be put, this one or an earlier one
   */
  synchronized void add(ChunkId id, byte[] stored) throws IOException {
    pack.add(id, stored);
    if (pack.size() >= blobs.packBytes()) send();
  }

  private void send() throws IOException {
    if (pack.empty()) return;
    for (CompletableFuture<PackIndex> one : sent) if (one.isCompletedExceptionally()) join(one);
    Pack.Whole whole = pack.finish(blobs.codec());
    pack = new Pack();
    bytes += whole.content().remaining();
    places.acquireUninterruptibly();
    sent.add(CompletableFuture.supplyAsync(() -> put(whole), senders));
  }

  private PackIndex put(Pack.Whole whole) {
    try {
      blobs.store().put(whole.blob(), whole.content());
      return whole.index();
    } catch (IOException failed) {
      throw new CompletionException(failed);
    } finally {
      places.release();
    }
  }

  private static PackIndex join(CompletableFuture<PackIndex> one) throws IOException {
    try {
      return one.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof IOException reason) throw reason;
      throw failed;
    }
  }

  /** Waits until all are there, and says which they are. */
  synchronized List<PackIndex> finish() throws IOException {
    send();
    List<PackIndex> all = new ArrayList<>();
    for (CompletableFuture<PackIndex> one : sent) all.add(join(one));
    return all;
  }

  /** What was sent, and is to be sent. */
  synchronized long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    senders.shutdownNow();
  }
}
