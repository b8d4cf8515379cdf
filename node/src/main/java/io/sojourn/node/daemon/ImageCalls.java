package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.archive.Archive;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.node.ImageSummary;
import io.sojourn.protocol.node.InspectImageResponse;
import io.sojourn.protocol.node.ListImagesResponse;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RemoveImageResponse;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Lists, shows, verifies and removes images. */
final class ImageCalls {
  private final ImageLookup images;
  private final GroupImages groups;
  private final ImageCatalog catalog;
  private final TaskLookup tasks;
  private final TaskRegistry registry;
  private final Operations operations;
  private final FrozenRemains remains;
  private final Archive archive;

  ImageCalls(
      ImageLookup images,
      GroupImages groups,
      ImageCatalog catalog,
      TaskLookup tasks,
      TaskRegistry registry,
      Operations operations,
      FrozenRemains remains,
      Archive archive) {
    this.images = images;
    this.groups = groups;
    this.catalog = catalog;
    this.tasks = tasks;
    this.registry = registry;
    this.operations = operations;
    this.remains = remains;
    this.archive = archive;
  }

  /**
   * @param task whose; "" for all
   */
  ListImagesResponse list(String task, Caller caller) {
    archive.refresh();
    String id = task.isEmpty() ? "" : tasks.find(task, caller).id();
    ListImagesResponse.Builder list = ListImagesResponse.newBuilder();
    Set<String> complete = groups.complete(caller);
    for (ImageCatalog.Entry entry : images.visible(caller)) {
      ImageSummary summary = summary(entry, complete);
      if (id.isEmpty() || id.equals(summary.getTaskId())) list.addImages(summary);
    }
    return list.build();
  }

  private ImageSummary summary(ImageCatalog.Entry entry, Set<String> complete) {
    ImageSummary.Builder summary =
        ImageSummary.newBuilder()
            .setName(entry.path().getFileName().toString())
            .setDirectory(entry.path().toString());
    entry.problem().ifPresent(problem -> summary.setProblem(String.valueOf(problem.getMessage())));
    entry
        .image()
        .ifPresent(
            image -> {
              Manifest manifest = image.manifest();
              summary
                  .setTask(manifest.getTask().getName())
                  .setTaskId(manifest.getTask().getId())
                  .setCreatedEpochMillis(manifest.getCreatedEpochMillis())
                  .setBytes(image.bytes())
                  .setKind(manifest.getKind().name().toLowerCase(Locale.ROOT))
                  .setIncarnation(manifest.getTask().getIncarnation())
                  .setHere(image.isHere())
                  .setStored(archive.image(image.name()).isPresent());
              if (manifest.hasGroup()) {
                String group = GroupImages.nameOf(manifest.getGroup());
                summary.setGroupImage(group).setGroupIncomplete(!complete.contains(group));
              }
            });
    return summary.build();
  }

  InspectImageResponse inspect(String text, Caller caller) {
    ImageDirectory image = images.findFor(text, caller);
    return InspectImageResponse.newBuilder()
        .setManifest(image.manifest())
        .setDirectory(
            image.isHere() ? image.path().toString() : "repository " + archive.place().place())
        .build();
  }

  OperationResult verify(String text, Caller caller, OperationListener listener) {
    return OperationLog.noted(
        "verify",
        text,
        caller,
        () -> {
          ImageDirectory image = images.findFor(text, caller);
          Report report = new Report(listener);
          long total = image.bytes();
          if (image.isHere())
            report.phase(
                "verify", () -> Verification.full(image, done -> listener.progress(done, total)));
          if (archive.image(image.name()).isPresent())
            report.phase(
                "verify stored",
                () -> archive.verify(image.name(), done -> listener.progress(done, total)));
          return Results.of(image, report).build();
        });
  }

  /** When the image there was made; 0 where there is none. */
  long createdEpochMillis(Path directory) {
    return catalog
        .entry(directory)
        .image()
        .map(image -> image.manifest().getCreatedEpochMillis())
        .orElse(0L);
  }

  /** Removes an image that a schedule no longer keeps. */
  void removeIfThere(Path directory) {
    catalog
        .entry(directory)
        .image()
        .ifPresent(
            image -> {
              var task = image.manifest().getTask();
              try (var operation = operations.begin(task.getId(), task.getName(), "rm")) {
                // One that a task lives in is not a checkpoint any more, whoever made it.
                if (!isAllThatIsLeft(image)) remove(image);
              }
            });
  }

  /** What is stored first: else it would be an image again. */
  private void remove(ImageDirectory image) {
    archive.remove(image.name());
    if (image.isHere()) catalog.repository().remove(image);
  }

  /** Lets the files of an image go that is stored. Nobody is refused anything because of that. */
  void drop(ImageDirectory image) {
    var task = image.manifest().getTask();
    if (!operations.between(task.getId(), () -> catalog.repository().remove(image)))
      throw OperationException.refused(
          "task " + task.getName() + " is busy", "wait until it is done (ckpt ps)");
  }

  /** Its task is frozen in it; or is lost, and this is the newest. */
  private boolean isAllThatIsLeft(ImageDirectory image) {
    return registry.livesIn(image)
        || (remains.hasDeputy(image.manifest().getTask().getId()) && registry.isNewest(image));
  }

  RemoveImageResponse remove(String text, boolean force, Caller caller) {
    return OperationLog.noted(
        "rm",
        text,
        caller,
        () -> removeNow(text, force, caller),
        removed -> removed.getBytes() + " bytes");
  }

  private RemoveImageResponse removeNow(String text, boolean force, Caller caller) {
    ImageDirectory image = images.find(text, caller);
    var task = image.manifest().getTask();
    try (var operation = operations.begin(task.getId(), task.getName(), "rm")) {
      boolean last = isAllThatIsLeft(image);
      if (last && !force)
        throw OperationException.refused(
            "task " + task.getName() + " lives in nothing but " + image.name(),
            "restore it first, or give it up: ckpt rm --force " + image.name());
      long bytes = image.bytes();
      remove(image);
      if (last) remains.release(image);
      return RemoveImageResponse.newBuilder().setImage(image.name()).setBytes(bytes).build();
    }
  }
}
