package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.node.ImageSummary;
import io.sojourn.protocol.node.InspectImageResponse;
import io.sojourn.protocol.node.ListImagesResponse;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RemoveImageResponse;
import java.nio.file.Path;
import java.util.Locale;

/** Lists, shows, verifies and removes images. */
final class ImageCalls {
  private final ImageLookup images;
  private final ImageCatalog catalog;
  private final TaskLookup tasks;
  private final TaskRegistry registry;
  private final Operations operations;
  private final FrozenRemains remains;

  ImageCalls(
      ImageLookup images,
      ImageCatalog catalog,
      TaskLookup tasks,
      TaskRegistry registry,
      Operations operations,
      FrozenRemains remains) {
    this.images = images;
    this.catalog = catalog;
    this.tasks = tasks;
    this.registry = registry;
    this.operations = operations;
    this.remains = remains;
  }

  /**
   * @param task whose; "" for all
   */
  ListImagesResponse list(String task, Caller caller) {
    String id = task.isEmpty() ? "" : tasks.find(task, caller).id();
    ListImagesResponse.Builder list = ListImagesResponse.newBuilder();
    for (ImageCatalog.Entry entry : images.visible(caller)) {
      ImageSummary summary = summary(entry);
      if (id.isEmpty() || id.equals(summary.getTaskId())) list.addImages(summary);
    }
    return list.build();
  }

  private static ImageSummary summary(ImageCatalog.Entry entry) {
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
                  .setIncarnation(manifest.getTask().getIncarnation());
            });
    return summary.build();
  }

  InspectImageResponse inspect(String text, Caller caller) {
    ImageDirectory image = images.findFor(text, caller);
    return InspectImageResponse.newBuilder()
        .setManifest(image.manifest())
        .setDirectory(image.path().toString())
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
          report.phase(
              "verify", () -> Verification.full(image, done -> listener.progress(done, total)));
          return Results.of(image, report).build();
        });
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
                if (!registry.livesIn(image)) catalog.repository().remove(image);
              }
            });
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
      boolean last = registry.livesIn(image);
      if (last && !force)
        throw OperationException.refused(
            "task " + task.getName() + " is frozen and lives in nothing but " + image.name(),
            "restore it first, or give it up: ckpt rm --force " + image.name());
      long bytes = image.bytes();
      catalog.repository().remove(image);
      if (last) remains.release(image);
      return RemoveImageResponse.newBuilder().setImage(image.name()).setBytes(bytes).build();
    }
  }
}
