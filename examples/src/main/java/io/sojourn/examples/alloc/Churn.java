package io.sojourn.examples.alloc;

import io.sojourn.examples.JsonLine;
import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.StatusFile;
import io.sojourn.examples.Stop;
import java.io.Closeable;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A program that keeps much memory alive and makes garbage busily, and knows at its end whether its
 * memory is as it should be.
 *
 * <p>With {@code --total} the work is the same from run to run, the checksum with it.
 */
public final class Churn implements Program {
  private static final long MEGABYTE = 1 << 20;

  public static void main(String[] args) {
    Program.main(new Churn(), args);
  }

  @Override
  public String usage() {
    return """
        usage: Churn [options]: allocates until SIGTERM, and prints what it found as JSON
          --live MB       memory that stays reachable (300)
          --rate MB       garbage a second, at most (0: as much as it can)
          --total MB      ends after so much garbage
          --seconds N     ends by itself after N seconds
          --threads T     threads, each with its part of it all (1)
          --seed S        of sizes and contents (1)
          --status FILE   appends lines about itself: gaps between its ticks, allocatedBytes
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    List<Churning> parts = parts(options, stop);
    if (options.has("--seconds")) {
      stop.after(Duration.ofSeconds(options.count("--seconds", 1)));
    }
    long began = System.nanoTime();
    try (Closeable status =
        StatusFile.of(options, line -> line.with("allocatedBytes", allocated(parts)))) {
      List<Churning.Result> results = runAll(parts);
      out.println(summary(results, System.nanoTime() - began));
      return results.stream().allMatch(result -> result.damaged() == 0) ? 0 : 1;
    }
  }

  private static List<Churning> parts(Options options, Stop stop) throws Exception {
    int threads = options.count("--threads", 1);
    long live = options.count("--live", 300) * MEGABYTE / threads;
    long rate = options.number("--rate", 0, 0) * MEGABYTE / threads;
    long total =
        options.has("--total") ? options.count("--total", 1) * MEGABYTE / threads : Long.MAX_VALUE;
    long seed = options.number("--seed", 1, Long.MIN_VALUE);
    List<Churning> parts = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      parts.add(new Churning(Mix.of(seed + i), live, total, rate, stop));
    }
    return parts;
  }

  private static List<Churning.Result> runAll(List<Churning> parts)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(parts.size());
    try {
      List<Churning.Result> results = new ArrayList<>();
      for (Future<Churning.Result> part : threads.invokeAll(parts)) {
        results.add(part.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static long allocated(List<Churning> parts) {
    return parts.stream().mapToLong(Churning::allocated).sum();
  }

  private static JsonLine summary(List<Churning.Result> results, long nanos) {
    long checksum = 0;
    for (Churning.Result result : results) {
      checksum = Mix.of(checksum ^ result.checksum());
    }
    return new JsonLine()
        .with("allocatedBytes", results.stream().mapToLong(Churning.Result::allocated).sum())
        .with("liveBlocks", results.stream().mapToLong(Churning.Result::blocks).sum())
        .with("damagedBlocks", results.stream().mapToLong(Churning.Result::damaged).sum())
        .with("checksum", Long.toHexString(checksum))
        .withMillis("elapsedMillis", nanos);
  }
}
