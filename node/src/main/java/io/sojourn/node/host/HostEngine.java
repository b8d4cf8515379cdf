package io.sojourn.node.host;

import io.sojourn.checkpointer.CheckpointPipeline;
import io.sojourn.checkpointer.Departures;
import io.sojourn.engine.criu.KerndatCache;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.daemon.Criu;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * CRIU for guests that come and go; looked for when it is first needed, as it may be provided
 * later.
 */
final class HostEngine implements AutoCloseable {
  private static final String MEND = "provide it: ckpt node stop; ckpt node start";

  private final HostSettings settings;
  private final Path own;
  private @Nullable Criu criu;
  private @Nullable KerndatCache kerndat;
  private @Nullable CheckpointPipeline pipeline;

  /**
   * @param own a directory of this process
   */
  HostEngine(HostSettings settings, Path own) {
    this.settings = settings;
    this.own = own;
  }

  synchronized Path criu() {
    if (criu == null) criu = Criu.find(settings.stateDirectory()).orElse(null);
    if (criu == null) throw OperationException.refused("there is no CRIU on this node", MEND);
    if (!criu.newEnough())
      throw OperationException.refused(
          criu.program() + " is version " + criu.version() + ", " + Criu.NEEDED + " is needed",
          MEND);
    if (kerndat == null) kerndat = KerndatCache.prepare(criu.program(), own);
    return criu.program();
  }

  synchronized Departures departures() {
    if (pipeline == null)
      pipeline =
          new CheckpointPipeline(
              new CheckpointPipeline.Settings(
                  criu(),
                  settings.runtime().resolve("ckpt-shim"),
                  own,
                  own,
                  settings.stateDirectory(),
                  settings.nodeName(),
                  false));
    return pipeline;
  }

  /** So that the first guest finds it done: CRIU is asked for its version, and knows the kernel. */
  void warmUp() {
    try {
      var unused = departures();
    } catch (OperationException notYetProvided) {
      // It is said when a guest comes.
    }
  }

  @Override
  public synchronized void close() {
    if (kerndat != null) kerndat.close();
  }
}
