package io.sojourn.restore;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
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

  private ImageCare(CarriedFiles carried, CompletableFuture<Void> digests) {
    this.carried = carried;
    this.digests = digests;
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
    RestoreOrder order = new RestoreOrder(image, incarnation, options, settings);
    report.phase("preflight", () -> Preflight.image(order));
  }

  /** Puts files back, and has the image's bytes compared. */
  public static ImageCare begin(
      ImageDirectory image,
      int incarnation,
      RestoreOptions options,
      RestorePipeline.Settings settings,
      Report report) {
    RestoreOrder order = new RestoreOrder(image, incarnation, options, settings);
    CompletableFuture<Void> digests =
        CompletableFuture.runAsync(
            () ->
                Verification.full(image, done -> report.listener().progress(done, image.bytes())));
    return new ImageCare(report.phase("prepare", () -> CarriedFiles.putBack(order)), digests);
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
