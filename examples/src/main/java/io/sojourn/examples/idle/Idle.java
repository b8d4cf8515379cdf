package io.sojourn.examples.idle;

import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.StatusFile;
import io.sojourn.examples.Stop;
import java.io.Closeable;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A program that only waits: the smallest task there is. */
public final class Idle implements Program {

  public static void main(String[] args) {
    Program.main(new Idle(), args);
  }

  @Override
  public String usage() {
    return """
        usage: Idle [options]: waits until SIGTERM
          --seconds N     ends by itself after N seconds
          --status FILE   appends lines about itself: gaps between its ticks
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    if (options.has("--seconds")) {
      stop.after(Duration.ofSeconds(options.count("--seconds", 1)));
    }
    try (Closeable status = StatusFile.of(options, UnaryOperator.identity())) {
      stop.await();
    }
    return 0;
  }
}
