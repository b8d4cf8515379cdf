package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Provides a CRIU where the system's is missing or too old. */
public final class CriuProvision {
  private CriuProvision() {}

  /**
   * Does nothing where one is found that is new enough.
   *
   * @param stateDirectory gets it, as {@code criu/}
   * @param script {@code scripts/provision-criu.sh}
   * @param say is told before what takes long
   */
  public static void ensure(Path stateDirectory, Path script, Consumer<String> say)
      throws IOException, InterruptedException {
    if (Criu.find(stateDirectory).filter(Criu::newEnough).isPresent()) return;
    Path prefix = stateDirectory.resolve("criu");
    say.accept("providing CRIU in " + prefix + " (once)...");
    Process provision =
        new ProcessBuilder(script.toString(), prefix.toString())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    String said =
        new String(provision.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    if (provision.waitFor() != 0)
      throw OperationException.failed(
          "CRIU could not be provided: " + said,
          "install CRIU " + Criu.NEEDED + " or newer as " + prefix + "/criu");
  }
}
