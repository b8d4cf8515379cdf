package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent costs while nobody wants anything of it. Each round starts a virtual machine for
 * every choice; in the middle of its work the agent is attached, or nothing is done. Then again in
 * the opposite order (A B C C B A), so that what drifts in the machine weighs on all alike.
 */
final class Overhead implements Benchmark {
  private static final String NONE = "no agent";
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
            "time",
            "processor time",
            "promised",
            "runs");
    for (Jdk jdk : plan.jdks())
      for (Work work : List.of(opt(plan), churn(plan))) compare(plan, jdk, work, section);
    section.note(
        "A virtual machine that has warmed up repeats a fixed amount of work, gets the agent, and"
            + " goes on: ratio of the medians after and before. That, against the same ratio of a"
            + " machine that gets none, minus 1; median of the pairs, and in brackets its 95 %"
            + " confidence interval (bootstrap). Runs are pinned to one processor.");
    return section;
  }

  private static Work opt(Plan plan) throws Failure {
    Path directory = plan.node().scratch();
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new Failure("cannot create " + directory, e);
    }
    return new Work(
        "opt, bound by the processor",
        List.of("-Xms64m", "-Xmx64m", "-XX:+UseSerialGC"),
        List.of(
            "io.sojourn.examples.opt.Opt",
            "--log",
            directory.resolve("opt.log").toString(),
            "--weights",
            directory.resolve("opt.weights").toString(),
            "--exemplars",
            "1000",
            "--iterations",
            "20"));
  }

  private static Work churn(Plan plan) {
    return new Work(
        "Churn, bound by allocation",
        List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC"),
        List.of("io.sojourn.examples.alloc.Churn", "--live", "20", "--total", "2000"));
  }

  /** By name: the agent's options, null for no agent. */
  private static Map<String, @Nullable String> choices() {
    Map<String, @Nullable String> choices = new LinkedHashMap<>();
    choices.put(NONE, null);
    for (String guard : List.of("on", "off")) choices.put("guard=" + guard, "guard=" + guard);
    return choices;
  }

  private static void compare(Plan plan, Jdk jdk, Work work, Section section)
      throws Failure, InterruptedException {
    Map<String, Pairs> pairs = new LinkedHashMap<>();
    List<String> order = new ArrayList<>(choices().keySet());
    int rounds = plan.rounds(5);
    for (int i = 0; i < 2 * rounds; i++) {
      for (String choice : order) {
        Halves run = run(plan, jdk, work, choices().get(choice));
        pairs.computeIfAbsent(choice, none -> new Pairs()).add(run.clock(), run.cpu());
      }
      Collections.reverse(order);
      // Each choice is next to each other as often, in the long run.
      if (i % 2 == 1) Collections.rotate(order, 1);
    }
    Pairs base = pairs.computeIfAbsent(NONE, none -> new Pairs());
    pairs.forEach(
        (choice, measured) -> {
          if (choice.equals(NONE)) return;
          Interval clock = Interval.of(measured.clock(), base.clock());
          Interval cpu = Interval.of(measured.cpu(), base.cpu());
          section.row(
              jdk.title(),
              work.title(),
              choice,
              clock.text(),
              cpu.text(),
              verdict(clock, cpu),
              String.valueOf(measured.clock().size()));
        });
  }

  private static String verdict(Interval clock, Interval cpu) {
    if (clock.median() <= PROMISED && cpu.median() <= PROMISED) return "≤ 0.5 %, kept";
    return clock.low() <= PROMISED && cpu.low() <= PROMISED
        ? "≤ 0.5 %, not decided"
        : "≤ 0.5 %, **not kept**";
  }

  /** The runs of one choice. */
  private record Pairs(List<Double> clock, List<Double> cpu) {
    Pairs() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    void add(double clockRatio, double cpuRatio) {
      clock.add(clockRatio);
      cpu.add(cpuRatio);
    }
  }

  private static Halves run(Plan plan, Jdk jdk, Work work, @Nullable String options)
      throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(List.of("taskset", "-c", "1", jdk.java().toString()));
    command.addAll(work.jvm());
    command.addAll(
        List.of(
            "-cp",
            plan.node().programs(),
            Repeated.class.getName(),
            plan.quick() ? "1" : "4",
            plan.quick() ? "2" : "8"));
    command.addAll(work.main());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(plan.node().environment());
    try {
      return Halves.of(
          builder.start(),
          pid -> {
            if (options != null)
              plan.node().ckpt("attach", String.valueOf(pid), "--options", options);
          });
    } catch (IOException e) {
      throw new Failure("cannot start " + jdk.java(), e);
    }
  }
}
