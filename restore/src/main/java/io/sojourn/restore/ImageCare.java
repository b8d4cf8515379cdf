package io.sojourn.restore;

import io.sojourn.engine.criu.FileSizes;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.restore.rollback.Rollback;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What belongs to each restore of an image and is not CRIU's: the checks before, the files that it
 * carries, its digests, which are computed beside the rest. Numbers, ports and pipes are looked at
 * elsewhere: here the task has a deputy, which holds them for it.
 */
public final class ImageCare implements AutoCloseable {
  private final CarriedFiles carried;
  private final CompletableFuture<Void> digests;
  private final Rollback rollback;
  private final Report report;

  private ImageCare(
      CarriedFiles carried, CompletableFuture<Void> digests, Rollback rollback, Report report) {
    this.carried = carried;
    this.digests = digests;
    this.rollback = rollback;
    this.report = report;
  }

  /**
   * Looks for what is in the way. Before {@link #begin}.
   *
   * @throws OperationException refused, naming what is in the way and how to mend it
   */
  public static void check(
      ImageDirectory image,
      int incarnation,
      RestoreOptions options,
      RestorePipeline.Settings settings,
      Report report) {
    RestoreOrder order = new RestoreOrder(image, incarnation, options, Company.ALONE, settings);
    report.phase("preflight", () -> Preflight.image(order));
  }

  /** Puts files back, and has the image's bytes compared. */
  public static ImageCare begin(
      ImageDirectory image,
      int incarnation,
      RestoreOptions options,
      RestorePipeline.Settings settings,
      Report report) {
    RestoreOrder order = new RestoreOrder(image, incarnation, options, Company.ALONE, settings);
    CompletableFuture<Void> digests =
        CompletableFuture.runAsync(
            () ->
                Verification.full(image, done -> report.listener().progress(done, image.bytes())));
    CarriedFiles carried = report.phase("prepare", () -> CarriedFiles.putBack(order));
    return new ImageCare(carried, digests, order.rollback(), report);
  }

  /**
   * Prepares for CRIU what it is to restore from.
   *
   * @param image a copy of the image, or links to its files
   */
  public void otherSizes(Path image) throws IOException {
    if (!rollback.keptAsTheyAre().isEmpty()) FileSizes.forget(image, rollback.keptAsTheyAre());
  }

  /** Files go back at the last moment: what else could fail comes before. */
  public void putBack() {
    putBack(rollback, report);
  }

  static void putBack(Rollback rollback, Report report) {
    if (!rollback.any()) return;
    report
        .phase("roll back files", rollback::run)
        .ifPresent(
            kept ->
                report.warn(
                    "files were put back: %d; what they held is kept in %s (ckpt images --rolled-back)"
                        .formatted(kept.record().getFilesCount(), kept.directory())));
  }

  /** Waits until every byte was compared. */
  public void verified() {
    try {
      digests.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof OperationException damaged) throw damaged;
      throw failed;
    }
  }

  /** The task lives and has the files. */
  public void keep() {
    carried.keep();
  }

  @Override
  public void close() {
    carried.close();
  }
}
