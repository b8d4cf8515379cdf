package io.sojourn.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** How long {@code ckpt ps} takes, from the start of the command to its end. */
final class PsTime implements Benchmark {
  private static final int TASKS = 4;

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section =
        Section.of(plan, "ckpt ps", "ps", "tasks", "command start to end", "promised", "runs");
    int runs = plan.quick() ? 5 : 20;
    Subject idle = Subjects.idle(plan);
    List<RunningSubject> tasks = new ArrayList<>();
    try {
      for (int i = 0; i < TASKS; i++)
        tasks.add(
            RunningSubject.start(
                plan,
                plan.jdks().get(i % plan.jdks().size()),
                idle,
                plan.node().agent().toString()));
      for (RunningSubject task : tasks) idle.load().on(task);
      Series times = new Series();
      for (int i = 0; i < runs; i++) times.add(plan.node().ckpt("ps").millis());
      String verdict = times.median() <= 500 ? "≤ 500 ms, kept" : "≤ 500 ms, **not kept**";
      section.row(String.valueOf(TASKS), times.text("ms"), verdict, String.valueOf(runs));
    } finally {
      for (RunningSubject task : tasks) task.close();
    }
    return section;
  }
}
