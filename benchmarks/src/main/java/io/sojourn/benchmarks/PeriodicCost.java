package io.sojourn.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What a checkpoint a minute costs a computation. A virtual machine does blocks of equal work by
 * turns with one checkpoint in it and with none; a block is long enough for all that a checkpoint
 * does, storing included. What it takes longer, of a minute, is the cost.
 */
final class PeriodicCost implements Benchmark {
  private static final String BOTH = "0-1", ONE = "1";
  private static final double PROMISED = 0.01, MINUTE_SECONDS = 60;
  static final int BALLAST_MEGABYTES = 300;
  private static final int BLOCK_SECONDS = 15, QUICK_SECONDS = 8, WARM_UPS = 20;

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section =
        Section.of(
            plan,
            "A checkpoint a minute, of a computation with " + BALLAST_MEGABYTES + " MB of noise",
            "every",
            "JDK",
            "processors",
            "it takes longer by",
            "of a minute",
            "promised",
            "blocks");
    for (Jdk jdk : plan.jdks())
      for (boolean both : new boolean[] {true, false}) compare(plan, jdk, both, section);
    section.note(
        "Blocks of equal work, some "
            + BLOCK_SECONDS
            + " s each, by turns with a checkpoint in it and with none; medians, and in brackets the"
            + " 95 % confidence interval of the differences of neighbours (bootstrap). On one"
            + " processor the node daemon and CRIU have none of their own.");
    return section;
  }

  private static void compare(Plan plan, Jdk jdk, boolean both, Section section)
      throws Failure, InterruptedException {
    String name = "every" + jdk.feature() + (both ? "both" : "one");
    List<String> jvm = jvm(plan, name);
    List<String> main = Overhead.training(plan, name);
    String processors = both ? BOTH : ONE;
    List<Double> longer = new ArrayList<>();
    try (Pinned daemon = Pinned.to(processors, plan.node());
        Repeater program =
            Repeater.start(plan, List.of("taskset", "-c", processors), jdk, jvm, main)) {
      double turn = block(program, WARM_UPS) / WARM_UPS;
      int turns = Math.max(1, (int) ((plan.quick() ? QUICK_SECONDS : BLOCK_SECONDS) / turn));
      // One that nobody counts, of either kind.
      block(program, turns);
      with(plan, name, program, turns);
      for (int i = 0; i < plan.rounds(6); i++) {
        double without = block(program, turns);
        longer.add(with(plan, name, program, turns) - without);
      }
    }
    Interval seconds = Interval.of(longer);
    section.row(
        jdk.title(),
        both ? "2" : "1",
        "%.0f ms (%.0f to %.0f)"
            .formatted(1e3 * seconds.median(), 1e3 * seconds.low(), 1e3 * seconds.high()),
        "%.2f %%".formatted(100 * seconds.median() / MINUTE_SECONDS),
        verdict(seconds),
        String.valueOf(2 * longer.size()));
  }

  /**
   * With noise in it.
   *
   * @param name and what else the agent is told
   */
  static List<String> jvm(Plan plan, String name) {
    return List.of(
        "-Xms600m",
        "-Xmx600m",
        "-D" + Repeated.BALLAST + "=" + BALLAST_MEGABYTES,
        "-javaagent:" + plan.node().agent() + "=name=" + name);
  }

  /** The node daemon, and whom it starts, on these processors only. */
  private record Pinned(Node node, long pid) implements AutoCloseable {
    static Pinned to(String processors, Node node) throws Failure, InterruptedException {
      Pinned daemon =
          new Pinned(node, Node.json(node.ckpt("node", "status", "--json")).path("pid").asLong());
      daemon.on(processors);
      return daemon;
    }

    private void on(String processors) throws Failure, InterruptedException {
      Shell.run(Map.of(), List.of("taskset", "-acp", processors, String.valueOf(pid)));
    }

    @Override
    public void close() throws Failure, InterruptedException {
      on(BOTH);
    }
  }

  static String verdict(Interval seconds) {
    if (seconds.high() / MINUTE_SECONDS <= PROMISED) return "≤ 1 %, kept";
    return seconds.low() / MINUTE_SECONDS <= PROMISED
        ? "≤ 1 %, not decided"
        : "≤ 1 %, **not kept**";
  }

  /** Seconds. */
  private static double block(Repeater program, int turns) throws Failure {
    long begin = System.nanoTime();
    for (int i = 0; i < turns; i++) program.turn();
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Seconds of a block in which a checkpoint is made; it begins a little into it. */
  private static double with(Plan plan, String name, Repeater program, int turns)
      throws Failure, InterruptedException {
    CompletableFuture<String> image = new CompletableFuture<>();
    Thread checkpoint =
        new Thread(
            () -> {
              try {
                image.complete(
                    Node.json(plan.node().ckpt("checkpoint", name, "--json"))
                        .path("image")
                        .asText());
              } catch (Failure | InterruptedException failed) {
                image.completeExceptionally(failed);
              }
            });
    long begin = System.nanoTime();
    program.turn();
    checkpoint.start();
    for (int i = 1; i < turns; i++) program.turn();
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (!image.isDone()) throw new Failure("a block is shorter than a checkpoint");
    try {
      plan.node().ckpt("rm", image.get());
    } catch (ExecutionException failed) {
      throw new Failure("no checkpoint was made", failed);
    }
    return seconds;
  }
}
