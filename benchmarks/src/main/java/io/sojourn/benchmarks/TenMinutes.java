package io.sojourn.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A computation of ten minutes that {@code every=1m} makes checkpoints of, with all that belongs to
 * it. What it takes longer is looked for around each checkpoint: work that was done in the quarter
 * of a minute in which one was made, against the same work done just before and just after. Whole
 * minutes with and without differ by several percent on a machine that is shared, whatever is done
 * in them.
 */
final class TenMinutes implements Benchmark {
  private static final double MINUTE_SECONDS = 60;
  private static final int MINUTES = 10, WARM_UPS = 20;

  /**
   * Of the window, before the image's time and after it; half of it, on either side, to compare.
   */
  private static final long BEFORE_MILLIS = 2_000, AFTER_MILLIS = 13_000;

  private static final long BESIDE_MILLIS = (BEFORE_MILLIS + AFTER_MILLIS) / 2;

  /** A piece of work: when its middle was, and how long it took. */
  private record Piece(long middleMillis, double seconds) {
    boolean isIn(long fromMillis, long toMillis) {
      return middleMillis >= fromMillis && middleMillis < toMillis;
    }
  }

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section =
        Section.of(
            plan,
            "Ten minutes of every=1m, of a computation with "
                + PeriodicCost.BALLAST_MEGABYTES
                + " MB of noise",
            "ten-minutes",
            "JDK",
            "a checkpoint takes",
            "of a minute",
            "promised",
            "checkpoints");
    for (Jdk jdk : plan.jdks()) measure(plan, jdk, section);
    section.note(
        "Seconds that work around a checkpoint took longer than as much work in the "
            + BESIDE_MILLIS / 1e3
            + " s before and after; the median, and in brackets its 95 % confidence interval"
            + " (bootstrap).");
    return section;
  }

  private static void measure(Plan plan, Jdk jdk, Section section)
      throws Failure, InterruptedException {
    String task = "minutes" + jdk.feature();
    List<String> jvm = PeriodicCost.jvm(plan, task + ",every=1m,keep=" + 2 * MINUTES);
    List<Long> checkpoints;
    List<Piece> work;
    try (Repeater program =
        Repeater.start(plan, List.of(), jdk, jvm, Overhead.training(plan, task))) {
      for (int i = 0; i < WARM_UPS; i++) program.turn();
      work = work(program, plan.quick() ? 2 : MINUTES + 1);
      plan.node().ckpt("checkpoint", task, "--every=off");
      checkpoints = removeImages(plan.node(), task);
    }
    List<Double> longer = new ArrayList<>();
    for (long checkpoint : checkpoints) {
      long from = checkpoint - BEFORE_MILLIS, to = checkpoint + AFTER_MILLIS;
      boolean whole =
          work.get(0).middleMillis() < from - BESIDE_MILLIS
              && work.get(work.size() - 1).middleMillis() > to + BESIDE_MILLIS;
      if (whole) longer.add(longer(work, from, to));
    }
    if (longer.isEmpty()) throw new Failure("no checkpoint was made while it worked");
    Interval seconds = Interval.of(longer);
    section.row(
        jdk.title(),
        "%.0f ms (%.0f to %.0f)"
            .formatted(1e3 * seconds.median(), 1e3 * seconds.low(), 1e3 * seconds.high()),
        "%.2f %% (%.2f to %.2f)"
            .formatted(
                100 * seconds.median() / MINUTE_SECONDS,
                100 * seconds.low() / MINUTE_SECONDS,
                100 * seconds.high() / MINUTE_SECONDS),
        PeriodicCost.verdict(seconds),
        String.valueOf(longer.size()));
  }

  private static List<Piece> work(Repeater program, int minutes) throws Failure {
    List<Piece> work = new ArrayList<>();
    long end = System.currentTimeMillis() + (long) (minutes * MINUTE_SECONDS * 1e3);
    for (long begin = System.currentTimeMillis(); begin < end; ) {
      program.turn();
      long now = System.currentTimeMillis();
      work.add(new Piece((begin + now) / 2, (now - begin) / 1e3));
      begin = now;
    }
    return work;
  }

  /** When they were made, as the epoch's milliseconds. The last is made as the schedule ends. */
  private static List<Long> removeImages(Node node, String task)
      throws Failure, InterruptedException {
    List<Long> made = new ArrayList<>();
    for (JsonNode image : Node.json(node.ckpt("images", task, "--json")).path("images")) {
      made.add(image.path("createdEpochMillis").asLong());
      node.ckpt("rm", image.path("name").asText());
    }
    return made;
  }

  /** Seconds. */
  private static double longer(List<Piece> work, long from, long to) {
    double within = 0, beside = 0;
    int pieces = 0, besides = 0;
    for (Piece piece : work)
      if (piece.isIn(from, to)) {
        within += piece.seconds();
        pieces++;
      } else if (piece.isIn(from - BESIDE_MILLIS, to + BESIDE_MILLIS)) {
        beside += piece.seconds();
        besides++;
      }
    return within - pieces * beside / besides;
  }
}
