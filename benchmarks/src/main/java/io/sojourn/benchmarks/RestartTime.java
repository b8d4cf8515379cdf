package io.sojourn.benchmarks;

/**
 * How long a task is away that somebody kills and its node restarts from its last image: from the
 * SIGKILL to the program's first tick.
 */
final class RestartTime implements Benchmark {
  private static final double PROMISED_MILLIS = 1_000;

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section =
        Section.of(
            plan,
            "From SIGKILL to running again",
            "restart",
            "JDK",
            "program",
            "SIGKILL to first tick",
            "promised",
            "rounds");
    Subject churn = Subjects.churn(plan);
    for (Jdk jdk : plan.jdks()) {
      Series times = new Series();
      // One that nobody counts: the daemon's code is compiled then.
      for (int round = -1; round < plan.rounds(5); round++) {
        double millis = round(plan, jdk, churn, "restart" + jdk.feature() + "-" + (round + 1));
        if (round >= 0) times.add(millis);
      }
      section.row(
          jdk.title(),
          churn.title(),
          times.text("ms"),
          times.median() <= PROMISED_MILLIS ? "≤ 1.0 s, kept" : "≤ 1.0 s, **not kept**",
          String.valueOf(times.size()));
    }
    section.note("Of that the daemon waits for 100 ms, as it does before a first restart.");
    return section;
  }

  private static double round(Plan plan, Jdk jdk, Subject subject, String name)
      throws Failure, InterruptedException {
    Node node = plan.node();
    String image = "";
    try (RunningSubject program =
        RunningSubject.start(plan, jdk, subject, node.agent() + "=name=" + name)) {
      subject.load().on(program);
      image =
          Node.json(node.ckpt("checkpoint", name, "--on-failure=restart", "--json"))
              .path("image")
              .asText();
      Quiet.settle();
      long killed = System.currentTimeMillis();
      ProcessHandle.of(program.pid()).ifPresent(ProcessHandle::destroyForcibly);
      // What it sees begins where its image does.
      StatusLog.Gap gap = program.status().gapOver(killed, killed);
      node.ckpt("checkpoint", name, "--on-failure=keep");
      return gap.endMillis() - killed;
    } finally {
      if (!image.isEmpty()) node.ckpt("rm", image);
    }
  }
}
