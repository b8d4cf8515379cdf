package io.sojourn.node.archive;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ManifestSeal;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.repository.Repository;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's images in a repository, where it has one. Images are made here as ever; they are
 * stored behind everybody's back, and their files go when a newer one is there. What is wanted of
 * one whose files are gone is brought back.
 */
public final class Archive implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Archive.class);
  private static final long FIRST_SECONDS = 10;
  private static final String MEND =
      "see whether the repository can be reached: ckpt repository status";

  private final RepositoryPlace place;
  private final Path state;
  private final String node;
  private final StoredManifests stored;
  private final Storage storage;
  private @Nullable Repository repository;

  private Archive(RepositoryPlace place, Path state, String node, StoredManifests stored) {
    this.place = place;
    this.state = state;
    this.node = node;
    this.stored = stored;
    this.storage = new Storage(this, stored, state);
  }

  /**
   * @param state the node's state directory
   * @param images where the node's images lie
   * @throws OperationException what was said of the repository makes no sense, or it is another's
   */
  public static Archive open(RepositoryPlace place, Path state, Path images, String node) {
    Trees.delete(state.resolve("brought"));
    Archive archive =
        new Archive(place, state, node, StoredManifests.open(state.resolve("stored"), images));
    if (!place.none()) archive.tryToOpen();
    return archive;
  }

  /** What was said of it may be wrong, which is known soon. A bucket that is away is waited for. */
  private void tryToOpen() {
    try {
      storage.open().get(FIRST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof OperationException wrong) throw wrong;
      log.warn("the repository {} cannot be reached: {}", place, failed.getMessage());
    } catch (TimeoutException slow) {
      log.warn("the repository {} does not answer yet", place);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on images are stored. */
  public void begin(Shelf shelf) {
    if (!place.none()) storage.begin(shelf);
  }

  /** There may be something new to be stored. */
  public void look() {
    if (!place.none()) storage.look();
  }

  /** Opens it where that has not succeeded before. */
  synchronized Repository repository() throws IOException {
    if (place.none())
      throw OperationException.refused(
          "this node has no repository",
          "start it with one: ckpt node start --repository DIRECTORY|s3://BUCKET/PREFIX");
    if (repository == null) {
      repository = place.open(node);
      stored.refresh(repository);
    }
    return repository;
  }

  public RepositoryPlace place() {
    return place;
  }

  /** All that is stored, as last known; also what other nodes have stored. */
  public List<ImageDirectory> images() {
    return place.none() ? List.of() : stored.all();
  }

  /** Of all that is stored: no other image may have one of them. */
  public List<String> names() {
    List<String> names = new ArrayList<>(stored.going());
    images().forEach(image -> names.add(image.name()));
    return names;
  }

  public Optional<ImageDirectory> image(String name) {
    return place.none() ? Optional.empty() : stored.get(name);
  }

  /** Why the last image could not be stored; "" where it could. */
  public String failure() {
    return storage.failure();
  }

  /** Learns what other nodes have stored; as it was before where that takes too long. */
  public void refresh() {
    if (!place.none()) storage.refresh(3, TimeUnit.SECONDS);
  }

  /**
   * Learns it now, whatever else is being done.
   *
   * @throws OperationException the repository cannot be reached
   */
  public void refreshNow() {
    run(
        "the list of images cannot be read",
        repository -> {
          stored.refresh(repository);
          return place;
        });
  }

  /** Its files: those that are here, or brought ones. */
  public Brought bring(ImageDirectory image, Report report) {
    if (image.isHere() || image(image.name()).isEmpty()) return new Brought(image, false);
    return report.phase("bring", () -> brought(image, report));
  }

  private Brought brought(ImageDirectory image, Report report) {
    Path directory = null;
    try {
      Path all = Files.createDirectories(state.resolve("brought"));
      directory = Files.createTempDirectory(all, image.name() + "-");
      long total = image.bytes();
      repository().bring(image.name(), directory, done -> report.listener().progress(done, total));
      Files.writeString(
          directory.resolve(ImageDirectory.MANIFEST),
          repository().image(image.name()).getManifest());
      ManifestSeal.write(directory);
      return new Brought(ImageDirectory.open(directory), true);
    } catch (IOException | OperationException failed) {
      if (directory != null) Trees.delete(directory);
      throw failed instanceof OperationException known
          ? known
          : trouble("image " + image.name() + " cannot be brought", (IOException) failed);
    }
  }

  /** Reads every byte of what is stored. */
  public void verify(String name, LongConsumer progress) {
    run(
        "image " + name + " cannot be verified",
        repository -> {
          repository.verify(name, progress);
          return name;
        });
  }

  /**
   * What is stored of an image is none any more, and is not stored again. It leaves the repository
   * behind everybody's back, as it came.
   */
  public void remove(String name) {
    if (place.none()) return;
    storage.removed(name);
    try {
      stored.remove(name);
    } catch (IOException full) {
      throw OperationException.failed(
          "image " + name + " cannot be removed: " + full, "see whether the disk is full", full);
    }
    storage.look();
  }

  /** Something to be done with the repository. */
  public interface Deed<T> {
    T run(Repository repository) throws IOException;
  }

  /**
   * @param what for the message where it fails
   */
  public <T> T run(String what, Deed<T> deed) {
    try {
      return deed.run(repository());
    } catch (IOException failed) {
      throw trouble(what, failed);
    }
  }

  private OperationException trouble(String what, IOException failed) {
    String text = what + " (repository " + place.place() + "): " + failed.getMessage();
    if (failed instanceof DamageException)
      return OperationException.refused(text, "see what else is damaged: ckpt repository check");
    if (failed instanceof NoSuchFileException)
      return OperationException.notFound(text, "ckpt images lists what there is");
    return OperationException.failed(text, MEND, failed);
  }

  @Override
  public void close() throws InterruptedException {
    storage.close();
    synchronized (this) {
      if (repository != null) repository.close();
    }
  }
}
