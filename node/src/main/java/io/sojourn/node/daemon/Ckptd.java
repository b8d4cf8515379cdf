package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The node daemon's entry point, {@code ckptd}. */
@Command(
    name = "ckptd",
    mixinStandardHelpOptions = true,
    description =
        "Cares for the tasks of this node. Runs until SIGTERM; ckpt node start starts it.")
public final class Ckptd implements Callable<Integer> {
  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Sockets and lock. Default: $SOJOURN_RUN_DIR, or /run/sojourn.")
  private @Nullable Path runDirectory;

  @Mixin private NodeOptions node;

  private Ckptd() {}

  /** Starts the daemon. */
  public static void main(String[] args) {
    // Command lines of callers from everywhere run here, and say the same to all.
    Locale.setDefault(Locale.ROOT);
    int status =
        new CommandLine(new Ckptd())
            .setExecutionExceptionHandler((failure, command, parsed) -> say(failure))
            .execute(args);
    System.exit(status);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    NodeDaemon daemon =
        NodeDaemon.start(
            node.config(runDirectory), Path.of(System.getProperty("sojourn.runtime", ".")));
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  daemon.close();
                  ended.countDown();
                },
                "end"));
    // Whoever started us in the background reads this line and then the end of the stream.
    System.out.println("ready");
    System.out.close();
    ended.await();
    return 0;
  }

  private static int say(Exception failure) {
    System.err.println("ckptd: " + failure.getMessage());
    if (!(failure instanceof OperationException known)) {
      failure.printStackTrace();
      return 1;
    }
    if (!known.mend().isEmpty()) System.err.println("  mend: " + known.mend());
    return switch (known.kind()) {
      case FAILED -> 1;
      case USAGE -> 2;
      case NOT_FOUND -> 3;
      case REFUSED -> 4;
    };
  }
}
