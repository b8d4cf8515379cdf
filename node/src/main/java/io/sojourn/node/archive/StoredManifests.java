package io.sojourn.node.archive;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.repository.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manifests of what is stored, a file each beside the node's state: a list of images must not
 * wait for a bucket, and numbers are not given twice while it is away.
 */
final class StoredManifests {
  private static final Logger log = LoggerFactory.getLogger(StoredManifests.class);
  private static final String SUFFIX = ".json";

  /** Of what is to be removed from the repository, when it can be reached. */
  private static final String GOING = ".going";

  private final Path directory;
  private final Path images;
  private final Map<String, ImageDirectory> manifests = new ConcurrentHashMap<>();
  private final Set<String> going = ConcurrentHashMap.newKeySet();

  private StoredManifests(Path directory, Path images) {
    this.directory = directory;
    this.images = images;
  }

  /**
   * @param directory for the files
   * @param images where the images would lie, were they here
   */
  static StoredManifests open(Path directory, Path images) {
    StoredManifests stored = new StoredManifests(directory, images);
    if (!Files.isDirectory(directory)) return stored;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(SUFFIX)) stored.note(without(SUFFIX, name), Files.readString(file));
        if (name.endsWith(GOING)) stored.going.add(without(GOING, name));
      }
      return stored;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String without(String suffix, String name) {
    return name.substring(0, name.length() - suffix.length());
  }

  List<ImageDirectory> all() {
    return List.copyOf(manifests.values());
  }

  Optional<ImageDirectory> get(String name) {
    return Optional.ofNullable(manifests.get(name));
  }

  /** Whether this very image is stored, and not another one of that name. */
  boolean has(ImageDirectory image) {
    return get(image.name())
        .map(ImageDirectory::manifest)
        .filter(
            manifest ->
                manifest.getTask().equals(image.manifest().getTask())
                    && manifest.getCreatedEpochMillis() == image.manifest().getCreatedEpochMillis())
        .isPresent();
  }

  /** Learns what others have stored and removed. */
  synchronized void refresh(Repository repository) throws IOException {
    Set<String> there = new HashSet<>(repository.names());
    for (String name : there)
      if (!manifests.containsKey(name) && !going.contains(name)) {
        try {
          add(name, repository.image(name).getManifest());
        } catch (NoSuchFileException removed) {
          // Just now.
        } catch (IOException damaged) {
          log.warn("image {} in {}: {}", name, repository.place(), damaged.getMessage());
        }
      }
    for (String known : List.copyOf(manifests.keySet())) if (!there.contains(known)) forget(known);
  }

  synchronized void add(String name, String manifest) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(name + SUFFIX), draft = directory.resolve("." + name);
    Files.writeString(draft, manifest);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    note(name, manifest);
  }

  private void note(String name, String manifest) {
    try {
      Path path = images.resolve(name);
      manifests.put(name, new ImageDirectory(path, ImageDirectory.manifest(path, manifest)));
    } catch (OperationException unreadable) {
      log.warn("image {} is stored, but: {}", name, unreadable.getMessage());
    }
  }

  /** It is none any more; the repository hears of it when it can be reached. */
  synchronized void remove(String name) throws IOException {
    Path file = directory.resolve(name + SUFFIX);
    if (!Files.exists(file)) return;
    going.add(name);
    Files.move(file, directory.resolve(name + GOING), StandardCopyOption.ATOMIC_MOVE);
    manifests.remove(name);
  }

  /** What is to be removed from the repository. */
  List<String> going() {
    return List.copyOf(going);
  }

  /** It is not in the repository any more. */
  synchronized void forget(String name) throws IOException {
    manifests.remove(name);
    Files.deleteIfExists(directory.resolve(name + SUFFIX));
    Files.deleteIfExists(directory.resolve(name + GOING));
    going.remove(name);
  }
}
