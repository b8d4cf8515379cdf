package io.sojourn.benchmarks;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that measures: every benchmark or one, into a Markdown table and a plot. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    description = {
      "Measures Sojourn against plain CRIU on this machine, in paired rounds.",
      "Benchmarks: churn, h2, lucene, idle, overhead, ps, restart, collect, repository, successive, every, move, files, connections,",
      "home; and, only where it is named, ten-minutes (11 minutes for each JDK)."
    })
public final class Benchmarks implements Callable<Integer> {
  @Option(
      names = "--quick",
      description = "One round of each, within 3 minutes; results go to benchmarks/target/results.")
  private boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only these benchmarks; the others' last results are kept.")
  private @Nullable List<String> only;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each benchmark.")
  private @Nullable Integer rounds;

  @Option(
      names = "--jdk",
      split = ",",
      paramLabel = "HOME",
      description = "JDKs; by default the oldest and the newest found.")
  private @Nullable List<Path> homes;

  /** Takes so long that it is only made where it is named. */
  private static final String TEN_MINUTES = "ten-minutes";

  private static final long CLEANING_MILLIS = 60_000;

  private Benchmarks() {}

  /** Measures, and exits with 0 when all could be measured. */
  public static void main(String[] args) {
    Thread measuring = Thread.currentThread();
    // Who ends us wants an end of all that we have started: programs, daemons, namespaces.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  measuring.interrupt();
                  try {
                    measuring.join(CLEANING_MILLIS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    int status = new CommandLine(new Benchmarks()).execute(args);
    Runtime.getRuntime().halt(status);
  }

  @Override
  public Integer call() throws Exception {
    Path root = Path.of(System.getProperty("sojourn.root"));
    List<Jdk> jdks = homes == null ? Jdk.oldestAndNewest() : homes.stream().map(Jdk::at).toList();
    Path folder = root.resolve(quick ? "benchmarks/target/results" : "benchmarks/results");
    Results results = Results.in(folder, List.copyOf(all().keySet()));
    int failures = 0;
    try (Node node = Node.start(root)) {
      Plan plan = new Plan(quick, rounds, jdks, node);
      for (Map.Entry<String, Benchmark> benchmark : all().entrySet()) {
        if (only == null
            ? benchmark.getKey().equals(TEN_MINUTES)
            : !only.contains(benchmark.getKey())) continue;
        System.err.println("== " + benchmark.getKey());
        try {
          results.put(benchmark.getKey(), benchmark.getValue().measure(plan));
          results.write();
        } catch (Failure failed) {
          System.err.println(benchmark.getKey() + ": " + failed.getMessage());
          failures++;
        }
      }
    }
    System.err.println("results: " + folder.resolve(Results.TABLE));
    return failures == 0 ? 0 : 1;
  }

  private static Map<String, Benchmark> all() {
    Map<String, Benchmark> all = new LinkedHashMap<>();
    all.put("churn", new AgainstPlainCriu(Subjects::churn, true));
    all.put("h2", new AgainstPlainCriu(Subjects::h2, false));
    all.put("lucene", new AgainstPlainCriu(Subjects::lucene, false));
    all.put("idle", new AgainstPlainCriu(Subjects::idle, false));
    all.put("overhead", new Overhead());
    all.put("ps", new PsTime());
    all.put("restart", new RestartTime());
    all.put("collect", new Collect());
    all.put("repository", new StoredImages());
    all.put("successive", new Successive());
    all.put("every", new PeriodicCost());
    all.put(TEN_MINUTES, new TenMinutes());
    all.put("move", new MoveTime());
    all.put("files", new AwayFiles());
    all.put("connections", new AwayConnections());
    all.put("home", new HomeAgain());
    return all;
  }
}
