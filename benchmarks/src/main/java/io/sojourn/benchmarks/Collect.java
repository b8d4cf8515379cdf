package io.sojourn.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a full collection costs and what the dump of garbage costs, for each collector: the figures
 * behind {@code --gc=auto}. The same program is checkpointed in turn with all three choices.
 */
final class Collect implements Benchmark {
  private static final List<String> CHOICES = List.of("full", "none", "auto");
  private static final List<Integer> LIVE = List.of(30, 300);

  /** What a checkpoint cost; milliseconds. */
  private record Cost(int liveMegabytes, double bytes, double collect, double dump, double pause) {}

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section =
        Section.of(
            plan,
            "To collect or not (Churn in a heap of 1 GB)",
            "collect",
            "JDK",
            "collector",
            "live",
            "pause, full",
            "pause, none",
            "pause, auto",
            "auto to the better",
            "image, full",
            "image, none",
            "image, auto");
    Jdk newest = plan.jdks().get(plan.jdks().size() - 1);
    List<String> collectors = plan.quick() ? List.of("G1") : List.of("Serial", "Parallel", "G1");
    for (String collector : collectors) measure(plan, newest, collector, section);
    return section;
  }

  private static void measure(Plan plan, Jdk jdk, String collector, Section section)
      throws Failure, InterruptedException {
    List<Cost> full = new ArrayList<>();
    List<Cost> all = new ArrayList<>();
    for (int live : LIVE) {
      Map<String, List<Cost>> costs = costs(plan, jdk, collector, live);
      costs.values().forEach(all::addAll);
      full.addAll(costs.getOrDefault("full", List.of()));
      row(section, jdk, collector, live, costs);
    }
    Line collect = Line.through(full, Cost::liveMegabytes, Cost::collect);
    Line dump = Line.through(all, cost -> cost.bytes() / 1e6, Cost::dump);
    // Milliseconds a megabyte are nanoseconds a byte.
    section.note(
        String.format(
            Locale.ROOT,
            "%s, %s: a full collection takes %.0f ms and %.2f ns a live byte; a dump %.0f ms and"
                + " %.2f ns a byte.",
            jdk.title(),
            collector,
            collect.start(),
            collect.slope(),
            dump.start(),
            dump.slope()));
  }

  private static void row(
      Section section, Jdk jdk, String collector, int live, Map<String, List<Cost>> costs) {
    List<String> cells = new ArrayList<>(List.of(jdk.title(), collector, live + " MB"));
    Map<String, Double> pauses = new LinkedHashMap<>();
    for (String choice : CHOICES) {
      Series pause = new Series();
      costs.getOrDefault(choice, List.of()).forEach(cost -> pause.add(cost.pause()));
      pauses.put(choice, pause.median());
      cells.add(pause.text("ms"));
    }
    double full = pauses.getOrDefault("full", 0.0);
    double better = Math.min(full, pauses.getOrDefault("none", 0.0));
    cells.add(Series.number(pauses.getOrDefault("auto", 0.0) / better));
    for (String choice : CHOICES) {
      Series bytes = new Series();
      costs.getOrDefault(choice, List.of()).forEach(cost -> bytes.add(cost.bytes() / 1e6));
      cells.add(Series.number(bytes.median()) + " MB");
    }
    section.row(cells.toArray(String[]::new));
  }

  private static Map<String, List<Cost>> costs(Plan plan, Jdk jdk, String collector, int live)
      throws Failure, InterruptedException {
    Map<String, List<Cost>> costs = new LinkedHashMap<>();
    Subject subject = Subjects.churn(collector, live);
    Path image = plan.node().scratch().resolve("images");
    String agent = plan.node().agent().toString();
    try (RunningSubject program = RunningSubject.start(plan, jdk, subject, agent)) {
      for (int i = 0; i < plan.rounds(2); i++) {
        for (String choice : CHOICES) {
          subject.load().on(program);
          Quiet.settle();
          Shell.Finished made = new Sojourn(plan.node(), choice).checkpoint(program, image);
          double pause = program.status().longestGap(made.startMillis(), made.endMillis()).millis();
          costs
              .computeIfAbsent(choice, none -> new ArrayList<>())
              .add(cost(live, made, image, pause));
          RunningSubject.delete(image);
        }
      }
    } finally {
      RunningSubject.delete(image);
    }
    return costs;
  }

  private static Cost cost(int live, Shell.Finished made, Path image, double pause) throws Failure {
    double collect = 0;
    double dump = 0;
    for (JsonNode phase : Node.json(made).path("phases")) {
      if (phase.path("name").asText().equals("collect and stop"))
        collect = phase.path("millis").asDouble();
      if (phase.path("name").asText().equals("dump")) dump = phase.path("millis").asDouble();
    }
    return new Cost(live, pages(image), collect, dump, pause);
  }

  private static double pages(Path image) throws Failure {
    double bytes = 0;
    try (var files = Files.newDirectoryStream(image, "pages-*.img")) {
      for (Path file : files) bytes += Files.size(file);
    } catch (IOException e) {
      throw new Failure("cannot read " + image, e);
    }
    return bytes;
  }
}
