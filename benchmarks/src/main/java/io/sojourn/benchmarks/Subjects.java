package io.sojourn.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The programs: each in a state in which somebody would want a checkpoint of it. */
final class Subjects {
  private static final List<String> STATUS = List.of("--status", "{dir}/status");

  private Subjects() {}

  /** A heap of 2 GB, 300 MB of it live; all of it has been written several times. */
  static Subject churn(Plan plan) {
    return new Subject(
        "Churn, 300 MB live of 2 GB",
        List.of("-Xms2g", "-Xmx2g"),
        with("io.sojourn.examples.alloc.Churn", "--live", "300"),
        program -> more(program, "allocatedBytes", 6L << 30));
  }

  /** A heap of 1 GB under a collector, with garbage that comes in moderation. */
  static Subject churn(String collector, int liveMegabytes) {
    return new Subject(
        "Churn, " + collector,
        List.of("-Xms1g", "-Xmx1g", "-XX:+Use" + collector + "GC"),
        with(
            "io.sojourn.examples.alloc.Churn",
            "--live",
            String.valueOf(liveMegabytes),
            "--rate",
            "400"),
        program -> more(program, "allocatedBytes", 600L << 20));
  }

  /** Waits for as long as the virtual machine keeps what its compilers used at the start. */
  static Subject idle(Plan plan) {
    return new Subject(
        "idle main",
        List.of(),
        with("io.sojourn.examples.idle.Idle"),
        program -> Thread.sleep(6000));
  }

  static Subject lucene(Plan plan) {
    return new Subject(
        "Lucene indexer",
        List.of("-Xmx1g"),
        with("io.sojourn.examples.lucene.Indexer", "--index", "{dir}/index"),
        program -> more(program, "indexed", plan.quick() ? 5_000 : 20_000));
  }

  /** The server, after clients have worked with it and gone. */
  static Subject h2(Plan plan) {
    return new Subject(
        "H2 after load",
        List.of("-Xmx1g"),
        List.of(
            "io.sojourn.benchmarks.TickingServer",
            "{dir}/status",
            "-tcp",
            "-tcpPort",
            "{port}",
            "-baseDir",
            "{dir}",
            "-ifNotExists"),
        program -> clients(program, Duration.ofSeconds(plan.quick() ? 2 : 5)));
  }

  private static List<String> with(String... main) {
    List<String> words = new ArrayList<>(List.of(main));
    words.addAll(STATUS);
    return words;
  }

  private static void more(RunningSubject program, String member, long amount)
      throws Failure, InterruptedException {
    StatusLog status = program.status();
    status.awaitAtLeast(member, status.last(member) + amount);
  }

  private static void clients(RunningSubject server, Duration time)
      throws Failure, InterruptedException {
    server.status().awaitAtLeast("listening", 1);
    Shell.run(
        Map.of(),
        List.of(
            server.jdk().java().toString(),
            "-Xmx256m",
            "-cp",
            server.plan().node().programs(),
            "io.sojourn.examples.h2.Ledger",
            "--url",
            "jdbc:h2:tcp://localhost:" + server.port() + "/./ledger",
            "--connections",
            "4",
            "--seconds",
            String.valueOf(time.toSeconds())));
  }
}
