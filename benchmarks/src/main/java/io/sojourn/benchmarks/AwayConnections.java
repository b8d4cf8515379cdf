package io.sojourn.benchmarks;

import java.util.List;

/**
 * TCP from the guest node to a peer that only home reaches: a task that is away, against the same
 * program there through {@code ssh -L} and through two socats, and at home.
 */
final class AwayConnections implements Benchmark {
  private static final double NOTHING = Double.NaN;
  private static final int WARM_UPS = 3;
  private static final String[] WAYS = {"ours", "ssh -L", "socat", "home"};

  private final Series[] sends = series(), receives = series(), trips = series(), many = series();
  private final Series added = new Series(), heard = new Series();

  private static Series[] series() {
    return new Series[] {new Series(), new Series(), new Series(), new Series()};
  }

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section = Versus.section(plan, "Connections of a task that is away", "connections");
    List<String> jvm = RunningProbe.SMALL;
    try (TwoNodes nodes = TwoNodes.start(plan);
        Peers peers = Peers.start(nodes)) {
      RunningProbe peer = nodes.probe(Network.Machine.PEER, "peer", jvm);
      int port = (int) peer.ask("serve")[0];
      RunningProbe task = nodes.task("away", jvm);
      RunningProbe there = nodes.probe(Network.Machine.GUEST, "there", jvm);
      RunningProbe home = nodes.probe(Network.Machine.HOME, "home", jvm);
      String direct = Network.PEER + " " + port;
      RunningProbe[] probes = {task, there, there, home};
      String[] servers = {
        direct,
        Network.GUEST + " " + peers.sshForward(port),
        Network.GUEST + " " + peers.socatForward(port),
        direct
      };
      nodes.leave(task);
      int rounds = plan.rounds(7);
      // Rounds first that nobody counts: code is compiled, connections have found their pace.
      for (int i = -plan.rounds(WARM_UPS); i < rounds; i++) {
        for (int k = 0; k < WAYS.length; k++) {
          int which = (k + Math.max(i, 0)) % WAYS.length;
          round(plan, probes[which], servers[which], which, i >= 0);
        }
        double heardAfter = listens(task, peer, 12_000 + i + WARM_UPS);
        if (i < 0) continue;
        added.add(last(trips[0]) - last(trips[3]));
        heard.add(heardAfter);
      }
    }
    Versus versus = new Versus(section, plan.jdks().get(0).title());
    versus.more("throughput, sent", "MB/s", sends[0], "ssh -L", sends[1], 2);
    versus.more("throughput, received", "MB/s", receives[0], "ssh -L", receives[1], 2);
    versus.more("throughput, sent", "MB/s", sends[0], "socat", sends[2], 0.8);
    versus.more("throughput, received", "MB/s", receives[0], "socat", receives[2], 0.8);
    versus.limit("added round-trip time, median of medians", "µs", added, 100);
    versus.limit("from listen(2) away to reachable", "ms", heard, NOTHING);
    for (int k = 1; k < WAYS.length; k++)
      versus.less("round trip", "µs", trips[0], WAYS[k], trips[k], NOTHING);
    for (int k = 1; k < WAYS.length; k++)
      versus.less("1,000 connections at once", "s", many[0], WAYS[k], many[k], NOTHING);
    versus.more("throughput, sent", "MB/s", sends[0], "home", sends[3], NOTHING);
    versus.more("throughput, received", "MB/s", receives[0], "home", receives[3], NOTHING);
    return section;
  }

  /** From a listen to when the peer gets through, in ms. */
  private static double listens(RunningProbe task, RunningProbe peer, int port)
      throws Failure, InterruptedException {
    String reach = "reach " + Network.HOME_TO_PEER + " " + port;
    peer.tell(reach);
    double at = task.ask("listen " + port)[0];
    return (peer.answer(reach)[0] - at) / 1e3;
  }

  private static double last(Series series) {
    return series.values().get(series.size() - 1);
  }

  private void round(Plan plan, RunningProbe probe, String server, int which, boolean counts)
      throws Failure, InterruptedException {
    int size = plan.quick() ? 256 : 1024;
    int connections = plan.quick() ? 100 : 1000;
    double sent = probe.ask("send " + server + " " + size)[0];
    double received = probe.ask("receive " + server + " " + size)[0];
    double trip = probe.ask("ping " + server + " " + (plan.quick() ? 1000 : 5000))[0];
    double all = probe.ask("many " + server + " " + connections)[0];
    if (!counts) return;
    double megabytes = size * (1 << 20) / 1e6;
    sends[which].add(megabytes / sent);
    receives[which].add(megabytes / received);
    trips[which].add(trip);
    many[which].add(all);
  }
}
