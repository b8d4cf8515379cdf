package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the agent costs while nobody wants anything of it. */
final class Overhead implements Benchmark {
  private static final String NONE = "no agent", EMPTY = "one that does nothing";
  private static final double PROMISED = 0.005;

  /** Work of a fixed amount: about a quarter of a second of it. */
  private record Work(String title, List<String> jvm, List<String> main) {}

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section =
        Section.of(
            plan,
            "Agent attached and idle, against no agent",
            "overhead",
            "JDK",
            "program",
            "agent",
            "against",
            "time",
            "processor time",
            "promised",
            "runs");
    for (Jdk jdk : plan.jdks())
      for (Work work : List.of(opt(plan), churn(plan))) compare(plan, jdk, work, section);
    section.note(
        "Four virtual machines do the same work by turns, a quarter of a second each, all pinned to"
            + " one processor; then all but the first get an agent, one of them one that does nothing,"
            + " and all go on. The ratio of each one's turns to those of the first, after the agent"
            + " against before, minus 1; or that over the same of the one whose agent does nothing:"
            + " what the virtual machine does as soon as it has any agent is in the first figure, and"
            + " not in the second. Median of the runs, and in brackets its 95 % confidence interval"
            + " (bootstrap).");
    return section;
  }

  private static Work opt(Plan plan) throws Failure {
    return new Work(
        "opt, bound by the processor",
        List.of("-Xms64m", "-Xmx64m", "-XX:+UseSerialGC"),
        training(plan, "opt"));
  }

  /**
   * A quarter of a second of work for the processor: a program's class and its arguments.
   *
   * @param name of the files that it writes
   */
  static List<String> training(Plan plan, String name) throws Failure {
    Path directory = plan.node().scratch();
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new Failure("cannot create " + directory, e);
    }
    return List.of(
        "io.sojourn.examples.opt.Opt",
        "--log",
        directory.resolve(name + ".log").toString(),
        "--weights",
        directory.resolve(name + ".weights").toString(),
        "--exemplars",
        "1000",
        "--iterations",
        "20");
  }

  private static Work churn(Plan plan) {
    return new Work(
        "Churn, bound by allocation",
        // Of one size, by a collector that has no threads beside: each time it does the same.
        List.of("-Xms768m", "-Xmx768m", "-Xmn256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
        List.of("io.sojourn.examples.alloc.Churn", "--live", "20", "--total", "2000"));
  }

  /** By name: the agent's options, null for no agent. */
  private static Map<String, @Nullable String> choices() {
    Map<String, @Nullable String> choices = new LinkedHashMap<>();
    choices.put(NONE, null);
    choices.put(EMPTY, null);
    for (String guard : List.of("on", "off")) choices.put("guard=" + guard, "guard=" + guard);
    return choices;
  }

  private static void compare(Plan plan, Jdk jdk, Work work, Section section)
      throws Failure, InterruptedException {
    List<Map<String, ByTurns.Cost>> runs = new ArrayList<>();
    for (int i = 0; i < plan.rounds(5); i++) runs.add(measure(plan, jdk, work));
    for (String choice : choices().keySet())
      for (String base : List.of(NONE, EMPTY))
        if (!choice.equals(NONE) && !choice.equals(base))
          row(jdk, work, choice, base, runs, section);
  }

  private static void row(
      Jdk jdk,
      Work work,
      String choice,
      String base,
      List<Map<String, ByTurns.Cost>> runs,
      Section section) {
    List<ByTurns.Cost> costs =
        runs.stream().map(run -> cost(run, choice).over(cost(run, base))).toList();
    Interval clock = Interval.of(costs.stream().map(ByTurns.Cost::clock).toList());
    Interval cpu = Interval.of(costs.stream().map(ByTurns.Cost::cpu).toList());
    section.row(
        jdk.title(),
        work.title(),
        choice,
        base,
        clock.text(),
        cpu.text(),
        choice.equals(EMPTY) ? "" : verdict(clock, cpu),
        String.valueOf(costs.size()));
  }

  private static ByTurns.Cost cost(Map<String, ByTurns.Cost> run, String choice) {
    return run.getOrDefault(choice, ByTurns.Cost.NONE);
  }

  private static Map<String, ByTurns.Cost> measure(Plan plan, Jdk jdk, Work work)
      throws Failure, InterruptedException {
    Map<String, Repeater> machines = new LinkedHashMap<>();
    try {
      for (String choice : choices().keySet())
        machines.put(choice, Repeater.pinned(plan, jdk, work.jvm(), work.main()));
      return new ByTurns(machines, plan.quick() ? 2 : 40)
          .costs(
              (choice, machine) -> {
                String pid = String.valueOf(machine.pid()), options = choices().get(choice);
                if (choice.equals(EMPTY)) EmptyAgent.attach(plan, jdk, pid);
                if (options != null) plan.node().ckpt("attach", pid, "--options", options);
              });
    } finally {
      for (Repeater machine : machines.values()) machine.close();
    }
  }

  private static String verdict(Interval clock, Interval cpu) {
    if (clock.high() <= PROMISED && cpu.high() <= PROMISED) return "≤ 0.5 %, kept";
    return clock.low() <= PROMISED && cpu.low() <= PROMISED
        ? "≤ 0.5 %, not decided"
        : "≤ 0.5 %, **not kept**";
  }
}
