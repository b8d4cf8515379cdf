package io.sojourn.benchmarks;

/**
 * What a task has that was away and is home again, against the same program that never left; and
 * what of a task stays at home while it is away.
 */
final class HomeAgain implements Benchmark {
  private static final double AS_BEFORE = 0.98;

  private final Series[] sends = series(), receives = series(), reads = series(), writes = series();
  private final Series deputy = new Series();

  private static Series[] series() {
    return new Series[] {new Series(), new Series()};
  }

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section = Versus.section(plan, "Home again, and what stays at home", "home");
    try (TwoNodes nodes = TwoNodes.start(plan)) {
      RunningProbe peer = nodes.probe(Network.Machine.PEER, "peer", RunningProbe.SMALL);
      String server = Network.PEER + " " + (int) peer.ask("serve")[0];
      RunningProbe task = nodes.task("returned", RunningProbe.SMALL);
      RunningProbe never = nodes.task("stayed", RunningProbe.SMALL);
      nodes.leave(task);
      deputy.add(RunningProbe.residentMegabytes(task.pid()));
      nodes.comeHome(task);
      RunningProbe[] probes = {task, never};
      int rounds = plan.rounds(15);
      for (int i = -2; i < rounds; i++)
        for (int k = 0; k < 2; k++) {
          int which = (k + Math.max(i, 0)) % 2;
          round(plan, nodes, probes[which], server, which, i >= 0);
        }
    }
    Versus versus = new Versus(section, plan.jdks().get(0).title());
    String peer = "never away";
    versus.more("home again: TCP sent", "MB/s", sends[0], peer, sends[1], AS_BEFORE);
    versus.more("home again: TCP received", "MB/s", receives[0], peer, receives[1], AS_BEFORE);
    versus.more("home again: file read", "MB/s", reads[0], peer, reads[1], AS_BEFORE);
    versus.more("home again: file written", "MB/s", writes[0], peer, writes[1], AS_BEFORE);
    versus.limit("resident at home while away", "MB", deputy, 5);
    return section;
  }

  private void round(
      Plan plan, TwoNodes nodes, RunningProbe probe, String server, int which, boolean counts)
      throws Failure, InterruptedException {
    int size = plan.quick() ? 256 : 1024;
    double megabytes = size * (1 << 20) / 1e6;
    String name = nodes.home().resolve("native") + " ";
    double sent = probe.ask("send " + server + " " + size)[0];
    double received = probe.ask("receive " + server + " " + size)[0];
    double wrote = probe.ask("write " + name + size / 4)[0];
    double read = probe.ask("read " + name)[0];
    RunningSubject.delete(nodes.home().resolve("native"));
    if (!counts) return;
    sends[which].add(megabytes / sent);
    receives[which].add(megabytes / received);
    writes[which].add(megabytes / 4 / wrote);
    reads[which].add(megabytes / 4 / read);
  }
}
