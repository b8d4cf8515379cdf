package io.sojourn.node.daemon;

import io.sojourn.checkpointer.CheckpointPipeline;
import io.sojourn.checkpointer.Checkpointer;
import io.sojourn.checkpointer.Departures;
import io.sojourn.engine.criu.KerndatCache;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.restore.RestorePipeline;
import io.sojourn.restore.Restorer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The real pipelines, made when they are first asked for: CRIU may be provided after the start. */
final class CriuEngines implements Engines {
  private final NodeConfig config;
  private final Path shim;
  private @Nullable Criu criu;
  private @Nullable KerndatCache kerndat;
  private @Nullable CheckpointPipeline checkpointer;
  private @Nullable Restorer restorer;

  /**
   * @param runtime the directory that holds {@code ckpt-shim}
   */
  CriuEngines(NodeConfig config, Path runtime) {
    this.config = config;
    this.shim = runtime.resolve("ckpt-shim");
  }

  @Override
  public Checkpointer checkpointer() {
    return pipeline();
  }

  @Override
  public Departures departures() {
    return pipeline();
  }

  @Override
  public synchronized Path criu() {
    return found().program();
  }

  private synchronized CheckpointPipeline pipeline() {
    if (checkpointer == null)
      checkpointer =
          new CheckpointPipeline(
              new CheckpointPipeline.Settings(
                  found().program(),
                  shim,
                  config.runDirectory(),
                  config.imagesInMemory(),
                  config.stateDirectory(),
                  config.nodeName(),
                  !NodeConfig.OFF.equals(System.getenv(NodeConfig.MEMORY_COPIES))));
    return checkpointer;
  }

  @Override
  public synchronized Restorer restorer() {
    if (restorer == null)
      restorer =
          new RestorePipeline(
              new RestorePipeline.Settings(
                  found().program(),
                  shim,
                  config.runDirectory(),
                  config.stateDirectory(),
                  config.nodeName()));
    return restorer;
  }

  @Override
  public synchronized String criuVersion() {
    if (criu == null) criu = Criu.find(config.stateDirectory()).orElse(null);
    return criu == null ? "" : criu.version();
  }

  @Override
  public void warmUp() {
    if (criuVersion().isEmpty()) return;
    pipeline().warmUp();
    if (restorer() instanceof RestorePipeline pipeline) pipeline.warmUp();
  }

  @Override
  public synchronized void close() {
    if (kerndat != null) kerndat.close();
  }

  private Criu found() {
    if (criu == null) criu = Criu.find(config.stateDirectory()).orElse(null);
    if (criu == null)
      throw OperationException.refused(
          "there is no CRIU on this node", "provide it: ckpt node stop; ckpt node start");
    if (!criu.newEnough())
      throw OperationException.refused(
          criu.program() + " is version " + criu.version() + ", " + Criu.NEEDED + " is needed",
          "provide it: ckpt node stop; ckpt node start");
    if (kerndat == null) kerndat = KerndatCache.prepare(criu.program(), config.runDirectory());
    return criu;
  }
}
