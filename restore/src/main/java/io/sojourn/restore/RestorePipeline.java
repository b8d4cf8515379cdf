package io.sojourn.restore;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.File;
import io.sojourn.protocol.image.Manifest;
import java.nio.file.Path;

/** The real {@link Restorer}: preflight, then a {@link RestoreAttempt}. */
public final class RestorePipeline implements Restorer {
  /**
   * @param criu binary or wrapper, version 4.2 or later
   * @param shim ckpt-shim
   * @param runDirectory of the daemon
   * @param stateDirectory of the daemon; CRIU's logs go to its "logs"
   * @param nodeName as users know this node
   */
  public record Settings(
      Path criu, Path shim, Path runDirectory, Path stateDirectory, String nodeName) {}

  /** What others do may come between: see {@link CriuFailure#byChance}. */
  private static final int TRIES = 4;

  private final Settings settings;

  public RestorePipeline(Settings settings) {
    this.settings = settings;
  }

  /** Loads what a restore needs: the first would otherwise take a quarter of a second longer. */
  public void warmUp() {
    Manifest nothing =
        Manifest.newBuilder().addFiles(File.newBuilder().setPath("/proc/version")).build();
    Preflight.warmUp(
        new RestoreOrder(
            new ImageDirectory(settings.stateDirectory(), nothing),
            1,
            RestoreOptions.DEFAULT,
            Company.ALONE,
            settings));
  }

  @Override
  public RestoreResult restore(
      ImageDirectory image,
      int incarnation,
      RestoreOptions options,
      Company company,
      Report report) {
    RestoreOrder order = new RestoreOrder(image, incarnation, options, company, settings);
    for (int tries = 1; ; tries++) {
      report.phase("preflight", () -> Preflight.check(order));
      if (tries == 1) company.checked();
      try {
        return new RestoreAttempt(order, report).run();
      } catch (OperationException failed) {
        if (tries == TRIES || !CriuFailure.byChance(order)) throw failed;
      }
    }
  }
}
