package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageRepository;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.archive.Archive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The node's images, and those that were made elsewhere ({@code -o}). A manifest is read again only
 * when its file has changed: a list of many images must not cost a parse each.
 */
final class ImageCatalog {
  /** An image, or why it is none that can be used. */
  record Entry(Path path, Optional<ImageDirectory> image, Optional<OperationException> problem) {}

  private record Read(FileTime modified, Entry entry) {}

  private final ImageRepository repository;
  private final Path inMemory;
  private final Archive archive;
  private final String node;
  private final Map<Path, Read> read = new ConcurrentHashMap<>();

  /**
   * @param inMemory where images lie that came from other nodes and touch no disk
   * @param archive knows those whose files are not here
   * @param node this one
   */
  ImageCatalog(ImageRepository repository, Path inMemory, Archive archive, String node) {
    this.repository = repository;
    this.inMemory = inMemory;
    this.archive = archive;
    this.node = node;
  }

  /** Whether only the daemon can have made what lies there. */
  boolean holds(Path directory) {
    return repository.root().equals(directory.getParent())
        || inMemory.equals(directory.getParent());
  }

  /** The directory of an image of that name, or where it would be. */
  Path named(String name) {
    Path volatileOne = inMemory.resolve(name);
    return Files.isDirectory(volatileOne) ? volatileOne : repository.root().resolve(name);
  }

  ImageRepository repository() {
    return repository;
  }

  /** What lies in the repository, the newest first; what cannot be read comes last. */
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Path root : List.of(repository.root(), inMemory)) {
      if (!Files.isDirectory(root)) continue;
      try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
        for (Path directory : directories)
          if (!directory.getFileName().toString().startsWith(".") && Files.isDirectory(directory))
            entries.add(entry(directory));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    read.keySet().removeIf(path -> !Files.exists(path));
    for (ImageDirectory stored : archive.images())
      if (!stored.isHere()) entries.add(usable(stored));
    entries.sort(Comparator.comparingLong(ImageCatalog::created).reversed());
    return entries;
  }

  /** Those that can be used; of what is stored elsewhere only what this node has made. */
  List<ImageDirectory> all() {
    return entries().stream()
        .flatMap(entry -> entry.image().stream())
        .filter(image -> image.isHere() || image.manifest().getMachine().getNode().equals(node))
        .toList();
  }

  /** Those whose files are here, the oldest first. */
  List<ImageDirectory> here() {
    return repository.entries().stream()
        .flatMap(entry -> entry.image().stream())
        .sorted(Comparator.comparingLong(image -> image.manifest().getCreatedEpochMillis()))
        .toList();
  }

  /** Whether it is the newest of its task; a frozen one lives in that. */
  boolean isNewest(ImageDirectory image) {
    return newest(image.manifest().getTask().getId(), "")
        .filter(newest -> newest.path().equals(image.path()))
        .isPresent();
  }

  /** The newest image of a task, in the repository or where its last one was made. */
  Optional<ImageDirectory> newest(String taskId, String lastImage) {
    return of(taskId, lastImage).stream().findFirst();
  }

  /** The images of a task, in the repository and where its last one was made; the newest first. */
  List<ImageDirectory> of(String taskId, String lastImage) {
    Map<Path, ImageDirectory> images = new HashMap<>();
    for (ImageDirectory image : all()) images.put(image.path(), image);
    if (!lastImage.isEmpty())
      entry(Path.of(lastImage)).image().ifPresent(image -> images.put(image.path(), image));
    return images.values().stream()
        .filter(image -> image.manifest().getTask().getId().equals(taskId))
        .sorted(
            Comparator.comparingLong(
                    (ImageDirectory image) -> image.manifest().getCreatedEpochMillis())
                .reversed())
        .toList();
  }

  /** What lies in a directory. */
  Entry entry(Path directory) {
    try {
      FileTime modified = Files.getLastModifiedTime(directory.resolve(ImageDirectory.MANIFEST));
      Read known = read.get(directory);
      if (known != null && known.modified().equals(modified)) return known.entry();
      Entry entry = open(directory);
      read.put(directory, new Read(modified, entry));
      return entry;
    } catch (IOException noManifest) {
      return stored(directory).map(ImageCatalog::usable).orElseGet(() -> open(directory));
    }
  }

  private Optional<ImageDirectory> stored(Path directory) {
    return repository.root().equals(directory.getParent())
        ? archive.image(directory.getFileName().toString())
        : Optional.empty();
  }

  private static Entry usable(ImageDirectory image) {
    return new Entry(image.path(), Optional.of(image), Optional.empty());
  }

  private static Entry open(Path directory) {
    try {
      return new Entry(directory, Optional.of(ImageDirectory.open(directory)), Optional.empty());
    } catch (OperationException unusable) {
      return new Entry(directory, Optional.empty(), Optional.of(unusable));
    }
  }

  private static long created(Entry entry) {
    return entry.image().map(image -> image.manifest().getCreatedEpochMillis()).orElse(0L);
  }
}
