package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Finds the image that a user means, among those that the user may see. */
final class ImageLookup {
  private static final String MEND = "ckpt images lists what there is";

  private final ImageCatalog catalog;
  private final TaskLookup tasks;
  private final Function<Task, String> mends;

  /**
   * @param mends what can be done about a task that has no image
   */
  ImageLookup(ImageCatalog catalog, TaskLookup tasks, Function<Task, String> mends) {
    this.catalog = catalog;
    this.tasks = tasks;
    this.mends = mends;
  }

  /** In the repository; those that cannot be read are shown to root only: nobody knows whose. */
  List<ImageCatalog.Entry> visible(Caller caller) {
    return catalog.entries().stream()
        .filter(entry -> entry.image().map(image -> mayUse(image, caller)).orElseGet(caller::root))
        .toList();
  }

  /**
   * @param text an image's name, or its absolute directory
   */
  ImageDirectory find(String text, Caller caller) {
    return named(text, caller)
        .orElseThrow(() -> OperationException.notFound("no image '" + text + "'", MEND));
  }

  /**
   * @param text an image's name or absolute directory, or a task: its newest image
   */
  ImageDirectory findFor(String text, Caller caller) {
    Optional<ImageDirectory> image = named(text, caller);
    if (image.isPresent()) return image.get();
    Task task;
    try {
      task = tasks.find(text, caller);
    } catch (OperationException none) {
      if (none.kind() != OperationException.Kind.NOT_FOUND) throw none;
      throw OperationException.notFound("no image and no task '" + text + "'", MEND);
    }
    return task.newest()
        .orElseThrow(
            () ->
                OperationException.notFound(
                    "task " + task.title() + " has no image", mends.apply(task)));
  }

  private Optional<ImageDirectory> named(String text, Caller caller) {
    if (text.isEmpty() || text.startsWith(".")) return Optional.empty();
    boolean path = text.indexOf('/') >= 0;
    Path directory = path ? Path.of(text).normalize() : catalog.named(text);
    // What lies elsewhere may be anybody's make, and a restore would run it with any rights.
    if (!caller.root() && !catalog.holds(directory)) {
      if (path)
        throw OperationException.refused(
            "only root may use images outside of the node's repository",
            "use an image of yours by its name: ckpt images");
      return Optional.empty();
    }
    ImageCatalog.Entry entry = catalog.entry(directory);
    Optional<ImageDirectory> image = entry.image().filter(found -> mayUse(found, caller));
    if (image.isEmpty() && caller.root())
      entry
          .problem()
          .filter(problem -> problem.kind() != OperationException.Kind.NOT_FOUND)
          .ifPresent(
              problem -> {
                throw problem;
              });
    return image;
  }

  private static boolean mayUse(ImageDirectory image, Caller caller) {
    return caller.may(image.manifest().getTask().getUid());
  }
}
