package io.sojourn.repository;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.repository.RepositoryHead;
import io.sojourn.protocol.repository.StoredImage;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.blob.BlobStore.Blob;
import io.sojourn.repository.seal.DamageException;
import io.sojourn.repository.seal.Seal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * Images in chunks, each stored once. An image is whole or absent: packs come first, then their
 * index, then the image's own blob. Several nodes may use one at the same time.
 */
public final class Repository implements Closeable {
  static final String IMAGES = "images";

  private final Blobs blobs;
  private final RepositoryHead head;
  private final String node;
  private final Clock clock;

  /** An image that is written anew must not come back from being removed. */
  private final ReentrantLock imageChange = new ReentrantLock();

  private Repository(Blobs blobs, RepositoryHead head, String node, Clock clock) {
    this.blobs = blobs;
    this.head = head;
    this.node = node;
    this.clock = clock;
  }

  /**
   * Opens one, or begins it where there is none. What this node left in it when it died is put in
   * order.
   *
   * @param seal {@link Seal#NONE} where nothing is encrypted
   * @param node a name that no other has who uses this repository
   */
  public static Repository open(BlobStore store, Seal seal, String node, Clock clock)
      throws IOException {
    return open(new Blobs(store, new Codec(seal)), node, clock);
  }

  static Repository open(Blobs blobs, String node, Clock clock) throws IOException {
    RepositoryHead head = Head.open(blobs.store(), blobs.codec().seal());
    Lease.sweep(blobs, node);
    return new Repository(blobs, head, node, clock);
  }

  /**
   * Stores an image, as one whole or not at all.
   *
   * @param directory of its files, as CRIU reads them
   * @param manifest its members are what is stored
   * @param text the manifest as it is to be brought back
   * @param progress is told how many bytes have been stored so far
   * @return what it has added to the repository, in bytes
   */
  public long store(Path directory, Manifest manifest, String text, LongConsumer progress)
      throws IOException {
    refuseAnother(manifest.getName(), text);
    try (Lease lease = lease("store " + manifest.getName());
        PackStream packs = new PackStream(blobs)) {
      ChunkSink sink = new ChunkSink(Index.read(blobs), blobs.codec(), packs);
      Storing storing = new Storing(directory, sink, progress);
      StoredImage.Builder image = StoredImage.newBuilder().setManifest(text).setNode(node);
      for (var together : ImageFiles.of(directory, manifest.getMembersList(), head.getChunkBytes()))
        image.addFiles(storing.store(together));
      Index.write(blobs, packs.finish());
      lease.check();
      stillThere(sink.counted());
      blobs.put(
          blobOf(manifest.getName()),
          image.setAddedBytes(packs.bytes()).setStoredEpochMillis(clock.millis()).build());
      return packs.bytes();
    }
  }

  /** The same image may be stored again, which brings back what was lost of it. */
  private void refuseAnother(String name, String text) throws IOException {
    try {
      if (!image(name).getManifest().equals(text))
        throw OperationException.refused(
            "another image is stored under the name " + name + " in " + place(),
            "remove that one first (ckpt rm), or use another repository for this node");
    } catch (NoSuchFileException none) {
      // As it should be.
    } catch (DamageException damaged) {
      // What is stored now takes its place.
    }
  }

  /** Nobody may have deleted them; but an image that is published is whole, whatever others do. */
  private void stillThere(Set<String> packs) throws IOException {
    Set<String> missing = new HashSet<>(packs);
    for (Blob pack : blobs.store().list(Pack.FOLDER)) missing.remove(Pack.nameOf(pack.name()));
    if (!missing.isEmpty())
      throw new IOException("packs that were there have been deleted meanwhile: " + missing);
  }

  /**
   * Brings the files of an image, but not its manifest, into a directory.
   *
   * @param progress is told how many bytes have been brought so far
   */
  public void bring(String name, Path directory, LongConsumer progress) throws IOException {
    try (Lease lease = lease("bring " + name)) {
      StoredImage image = image(name);
      new Bringing(new Fetch(blobs, Index.read(blobs)), directory, progress).bring(image);
    }
  }

  /** The names of all images that are whole. */
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (Blob image : blobs.store().list(IMAGES))
      names.add(image.name().substring(IMAGES.length() + 1));
    return names;
  }

  /** What is stored beside an image's files. */
  public StoredImage image(String name) throws IOException {
    return blobs.get(blobOf(name), StoredImage.parser());
  }

  /** Removes it. What nothing else needs goes at the next collection. */
  public void remove(String name) throws IOException {
    imageChange.lock();
    try {
      blobs.store().delete(blobOf(name));
    } finally {
      imageChange.unlock();
    }
    Broken.unmark(blobs, name);
  }

  /** Reads every byte that the image needs. */
  public void verify(String name, LongConsumer progress) throws IOException {
    try (Lease lease = lease("verify " + name)) {
      StoredImage image = image(name);
      Fetch fetch = new Fetch(blobs, Index.read(blobs));
      AtomicLong done = new AtomicLong();
      fetch.all(
          Contents.of(image, fetch).chunks(),
          (id, content) -> progress.accept(done.addAndGet(content.length)));
    }
  }

  /** Images that a repair could not make whole. */
  public Set<String> broken() throws IOException {
    return Broken.names(blobs);
  }

  /** Gives back the room of what no image needs. */
  public Collected collect() throws IOException {
    return collect(false);
  }

  /**
   * Writes everything anew that was sealed with older keys than the first, which are not needed
   * after that.
   */
  public Collected rekey() throws IOException {
    if (!head.getEncrypted())
      throw OperationException.refused(
          "the repository " + place() + " is not encrypted", "begin an encrypted one elsewhere");
    imageChange.lock();
    try {
      for (Blob image : blobs.store().list(IMAGES))
        blobs.put(image.name(), blobs.get(image.name(), StoredImage.parser()));
    } finally {
      imageChange.unlock();
    }
    Collected collected = collect(true);
    if (collected.waitsFor().isEmpty()) Head.write(blobs.store(), blobs.codec().seal(), head);
    return collected;
  }

  private Collected collect(boolean rekey) throws IOException {
    try (Lease lease = lease("collect")) {
      blobs.store().tidy();
      return new Collecting(blobs, new Dooms(blobs, lease.name(), clock.millis()), rekey).run();
    }
  }

  /**
   * @param readAll every byte; else only whether everything is there
   * @param progress is told how many bytes have been read so far
   */
  public Health check(boolean readAll, LongConsumer progress) throws IOException {
    try (Lease lease = lease("check")) {
      return new Checking(blobs).run(readAll, progress);
    }
  }

  /** Makes whole what can be made whole, and says what could not. */
  public Health repair(LongConsumer progress) throws IOException {
    try (Lease lease = lease("repair")) {
      return new Repairing(blobs).run(progress);
    }
  }

  private static String blobOf(String name) {
    return IMAGES + "/" + name;
  }

  private Lease lease(String purpose) throws IOException {
    return Lease.take(blobs, node, purpose, clock.millis());
  }

  /** For messages. */
  public String place() {
    return blobs.store().place();
  }

  @Override
  public void close() {
    blobs.store().close();
  }
}
