package io.sojourn.benchmarks;

import io.sojourn.examples.StatusFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.tools.Server;

/** H2's own server, with a clock beside it that sees from inside how long it was stopped. */
public final class TickingServer {
  private TickingServer() {}

  /** Takes the status file, then the server's own arguments. */
  public static void main(String[] args) throws Exception {
    AtomicInteger listening = new AtomicInteger();
    StatusFile status =
        StatusFile.open(Path.of(args[0]), line -> line.with("listening", listening.get()));
    Server.main(Arrays.copyOfRange(args, 1, args.length));
    listening.set(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(status)));
  }

  private static void close(StatusFile status) {
    try {
      status.close();
    } catch (java.io.IOException e) {
      System.err.println(e);
    }
  }
}
