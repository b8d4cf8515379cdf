package io.sojourn.node.archive;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Niceness;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.repository.Collected;
import io.sojourn.repository.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores images one after another, on a thread of its own; then lets go the files of those that are
 * not wanted here, and gives room back in the repository. What fails is tried again, later and
 * later; the images stay here until then.
 */
final class Storage {
  private static final Logger log = LoggerFactory.getLogger(Storage.class);
  private static final long FIRST_SECONDS = 10, LAST_SECONDS = 300;

  /** A collection reads what all images need. */
  private static final long COLLECT_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Archive archive;
  private final StoredManifests stored;
  private final Path state;
  private final Set<String> removed = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread made = new Thread(() -> standBack(work), "archive");
            made.setDaemon(true);
            return made;
          });
  private volatile @Nullable Shelf shelf;
  private volatile boolean garbage = true;
  private volatile String failure = "";
  private long collectedNanos = System.nanoTime();
  private long againSeconds = FIRST_SECONDS;

  Storage(Archive archive, StoredManifests stored, Path state) {
    this.archive = archive;
    this.stored = stored;
    this.state = state;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Tasks, and the next checkpoint of one, come first. */
  private static void standBack(Runnable work) {
    Niceness.low();
    work.run();
  }

  void begin(Shelf images) {
    shelf = images;
    look();
  }

  void look() {
    plan(0);
  }

  private void plan(long seconds) {
    try {
      thread.schedule(this::work, seconds, TimeUnit.SECONDS);
    } catch (RejectedExecutionException closed) {
      // The next daemon goes on.
    }
  }

  /** An image is not to be stored any more, whether or not that is under way. */
  void removed(String name) {
    removed.add(name);
    garbage = true;
  }

  String failure() {
    return failure;
  }

  /** Opens the repository, behind whoever does not want to wait that long. */
  Future<Repository> open() {
    return thread.submit(archive::repository);
  }

  void refresh(long count, TimeUnit unit) {
    // Whoever stores will be a while.
    if (thread.getActiveCount() > 0) return;
    try {
      thread
          .submit(
              () -> {
                stored.refresh(archive.repository());
                return true;
              })
          .get(count, unit);
    } catch (TimeoutException | ExecutionException | RejectedExecutionException away) {
      log.debug("the list of stored images is not renewed: {}", away.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    Shelf images = shelf;
    if (images == null) return;
    try {
      Repository repository = archive.repository();
      for (String name : stored.going()) {
        repository.remove(name);
        stored.forget(name);
      }
      String refusal = "";
      for (ImageDirectory image : images.images())
        if (!stored.has(image))
          try {
            store(repository, image);
          } catch (OperationException refused) {
            // It alone; others may do.
            refusal = String.valueOf(refused.getMessage());
            log.warn("{} is not stored: {}", image.name(), refusal);
          }
      for (ImageDirectory image : images.images())
        if (stored.has(image) && !images.wanted(image)) drop(images, image);
      if (garbage && System.nanoTime() - collectedNanos > COLLECT_NANOS) collect(repository);
      failure = refusal;
      againSeconds = FIRST_SECONDS;
    } catch (IOException | RuntimeException failed) {
      failure = String.valueOf(failed.getMessage());
      log.warn(
          "images stay here for now, nothing can be stored in {}: {}", archive.place(), failure);
      plan(againSeconds);
      againSeconds = Math.min(LAST_SECONDS, 2 * againSeconds);
    }
  }

  private void store(Repository repository, ImageDirectory image) throws IOException {
    String name = image.name();
    removed.remove(name);
    long began = System.nanoTime();
    try (PlainImage plain = PlainImage.of(image, state)) {
      long added = repository.store(plain.directory(), plain.manifest(), plain.text(), done -> {});
      stored.add(name, plain.text());
      log.info(
          "stored {}: {} of {} bytes are new, {} ms",
          name,
          added,
          image.bytes(),
          (System.nanoTime() - began) / 1_000_000);
    } catch (IOException | OperationException failed) {
      // It was removed meanwhile.
      if (!image.isHere()) return;
      throw failed;
    }
    if (removed.contains(name)) {
      repository.remove(name);
      stored.forget(name);
    }
  }

  private static void drop(Shelf images, ImageDirectory image) {
    try {
      images.drop(image);
    } catch (OperationException inUse) {
      log.debug("{} stays for now: {}", image.name(), inUse.getMessage());
    }
  }

  private void collect(Repository repository) throws IOException {
    collectedNanos = System.nanoTime();
    garbage = false;
    Collected collected = repository.collect();
    if (!collected.waitsFor().isEmpty()) garbage = true;
    if (collected.packs() > 0)
      log.info(
          "repository {}: {} packs deleted, {} bytes given back, {} copied",
          archive.place(),
          collected.packs(),
          collected.freedBytes(),
          collected.copiedBytes());
  }

  /** What is under way comes to its end, within limits: it leaves nothing half in any case. */
  void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(5, TimeUnit.SECONDS)) thread.shutdownNow();
  }
}
