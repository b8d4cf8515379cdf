package io.sojourn.benchmarks.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Measures the guard, into two Markdown tables: nanoseconds a call, and two allocation-heavy native
 * programs with {@code guard=native} against {@code guard=on}, in pairs of runs. Argument: how many
 * pairs, 20 by default.
 */
public final class GuardCost {
  private static final String NONE = "";
  private static final String ON = "guard=on";
  private static final String NATIVE = "guard=native";
  private static final String FUNCTION = "guard=native:libguardcost.so:guard_cost_function";

  private static final Path ROOT = Path.of(System.getProperty("sojourn.root", "."));

  private GuardCost() {}

  public static void main(String[] arguments) throws Exception {
    int pairs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
    Map<String, Double> none = run(NONE, "calls"), on = run(ON, "calls");
    System.out.println("| what | without the agent, ns | guard=on, ns | guarded, ns |");
    System.out.println("| --- | --- | --- | --- |");
    row("`CheckpointGuard.enter()` and `close()`", "java", none, on, on);
    row("`migrate_guard_enter()` and `_leave()`", "c", none, on, on);
    row("`malloc(64)` and `free`", "malloc", none, on, run(NATIVE, "calls"));
    row("call of an empty function", "function", none, on, run(FUNCTION, "calls"));
    System.out.println();
    compare(pairs);
  }

  private static void row(
      String what,
      String key,
      Map<String, Double> none,
      Map<String, Double> on,
      Map<String, Double> guarded) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.1f |%n",
        what,
        value(none, key),
        value(on, key),
        value(guarded, key));
  }

  private static double value(Map<String, Double> measured, String key) {
    return Objects.requireNonNull(measured.get(key), key);
  }

  /** By turns in both orders, so that what drifts in the machine weighs on both alike. */
  private static void compare(int pairs) throws IOException, InterruptedException {
    Map<String, List<Double>> ratios = new TreeMap<>();
    for (int i = 0; i < pairs; i++) {
      boolean onFirst = i % 2 == 0;
      Map<String, Double> first = run(onFirst ? ON : NATIVE, "programs");
      Map<String, Double> second = run(onFirst ? NATIVE : ON, "programs");
      for (String program : first.keySet()) {
        double on = value(onFirst ? first : second, program);
        double guarded = value(onFirst ? second : first, program);
        ratios.computeIfAbsent(program, none -> new ArrayList<>()).add(guarded / on - 1);
      }
    }
    System.out.println("| program | guard=native against guard=on, median | quartiles | pairs |");
    System.out.println("| --- | --- | --- | --- |");
    ratios.forEach(
        (program, all) -> {
          List<Double> sorted = all.stream().sorted().toList();
          System.out.printf(
              Locale.ROOT,
              "| %s | %+.1f %% | %+.1f to %+.1f %% | %d |%n",
              program,
              100 * sorted.get(sorted.size() / 2),
              100 * sorted.get(sorted.size() / 4),
              100 * sorted.get(sorted.size() * 3 / 4),
              sorted.size());
        });
  }

  /** Name to nanoseconds. On one processor: a thread that moves would be measured as well. */
  private static Map<String, Double> run(String option, String what)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    Path agent = ROOT.resolve("checkpointer/agent/target/migrate.jar").toAbsolutePath();
    Path library = ROOT.resolve("agent-native/target/native/libguardcost.so").toAbsolutePath();
    List<String> command = new ArrayList<>(List.of("taskset", "-c", "1", java, "-Xmx64m"));
    if (!option.isEmpty()) command.add("-javaagent:" + agent + "=" + option);
    command.addAll(
        List.of(
            "-cp",
            ROOT.resolve("benchmarks/target/classes") + ":" + agent,
            GuardLoops.class.getName(),
            library.toString(),
            what));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) throw new IOException(String.join(" ", command) + " failed");
    Map<String, Double> nanos = new TreeMap<>();
    Stream.of(out.split("\n"))
        .map(line -> line.split(" "))
        .forEach(words -> nanos.put(words[0], Double.valueOf(words[1])));
    return nanos;
  }
}
