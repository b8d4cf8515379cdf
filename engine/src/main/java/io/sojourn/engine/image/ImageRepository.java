package io.sojourn.engine.image;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The node's images: one directory each below {@code root}, named TASKNAME-TASKID-NUMBER. */
public final class ImageRepository {
  private final Path root;
  private final Supplier<List<String>> elsewhere;

  public ImageRepository(Path root) {
    this(root, List::of);
  }

  /**
   * @param elsewhere names that are taken, though nothing may lie here
   */
  public ImageRepository(Path root, Supplier<List<String>> elsewhere) {
    this.root = root;
    this.elsewhere = elsewhere;
  }

  public Path root() {
    return root;
  }

  /**
   * @param path where it lies
   * @param image what it is, or empty
   * @param problem why it cannot be read, or ""
   */
  public record Entry(Path path, Optional<ImageDirectory> image, String problem) {}

  /** All images, the newest first; what cannot be read comes last. */
  public List<Entry> entries() {
    if (!Files.isDirectory(root)) return List.of();
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> directories = Files.list(root)) {
      for (Path directory : (Iterable<Path>) directories::iterator) {
        if (directory.getFileName().toString().startsWith(".") || !Files.isDirectory(directory))
          continue;
        try {
          entries.add(new Entry(directory, Optional.of(ImageDirectory.open(directory)), ""));
        } catch (OperationException unusable) {
          entries.add(
              new Entry(directory, Optional.empty(), String.valueOf(unusable.getMessage())));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    entries.sort(
        Comparator.comparingLong(
                (Entry entry) ->
                    entry.image().map(image -> image.manifest().getCreatedEpochMillis()).orElse(0L))
            .reversed());
    return entries;
  }

  /** The images of one task, the newest first. */
  public List<ImageDirectory> of(String taskId) {
    return entries().stream()
        .flatMap(entry -> entry.image().stream())
        .filter(image -> image.manifest().getTask().getId().equals(taskId))
        .toList();
  }

  /** Where the next image of a task goes. */
  public Path next(String taskName, String taskId) {
    String stem = taskName + "-" + taskId.substring(0, Math.min(4, taskId.length())) + "-";
    int highest = 0;
    List<String> names = new ArrayList<>(elsewhere.get());
    for (Entry entry : entries()) names.add(entry.path().getFileName().toString());
    for (String name : names) {
      if (name.startsWith(stem) && name.substring(stem.length()).matches("\\d{1,9}"))
        highest = Math.max(highest, Integer.parseInt(name.substring(stem.length())));
    }
    return root.resolve(stem + (highest + 1));
  }

  /** Removes an image for good: first its name, so that a crash leaves none that is half there. */
  public void remove(ImageDirectory image) {
    Path doomed =
        image.path().resolveSibling(ImageDraft.PREFIX + "removed-" + image.path().getFileName());
    try {
      Files.move(image.path(), doomed);
    } catch (IOException e) {
      throw OperationException.failed(
          image.path() + " could not be removed: " + e, "see who uses it");
    }
    Trees.delete(doomed);
  }

  /** Removes what crashes left. Only where no operation is under way. */
  public void sweep() {
    if (!Files.isDirectory(root)) return;
    try (Stream<Path> directories = Files.list(root)) {
      directories
          .filter(path -> path.getFileName().toString().startsWith(ImageDraft.PREFIX))
          .forEach(Trees::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
