package io.sojourn.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Files of home's from the guest node: a task that is away, against the same program there on
 * sshfs, and at home.
 */
final class AwayFiles implements Benchmark {
  private static final double NOTHING = Double.NaN;
  private static final int WARM_UPS = 3;

  /** Names are a few calls each: of so many more each method is compiled for good. */
  private static final int NAMES_TO_WARM_UP = 10_000;

  private final Series[] writes = series(),
      toMemory = series(),
      reads = series(),
      rereads = series(),
      names = series();

  private static Series[] series() {
    return new Series[] {new Series(), new Series(), new Series()};
  }

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section = Versus.section(plan, "Files of a task that is away", "files");
    try (TwoNodes nodes = TwoNodes.start(plan);
        Peers peers = Peers.start(nodes)) {
      Path sshfs = peers.sshfs();
      RunningProbe task = nodes.task("away", RunningProbe.SMALL);
      RunningProbe[] probes = {
        task,
        nodes.probe(Network.Machine.GUEST, "sshfs", RunningProbe.SMALL),
        nodes.probe(Network.Machine.HOME, "home", RunningProbe.SMALL)
      };
      Path[] homes = {nodes.home(), sshfs, nodes.home()};
      nodes.leave(task);
      int rounds = plan.rounds(7);
      // Rounds first that nobody counts: code is compiled, connections have found their pace.
      for (int i = -plan.rounds(WARM_UPS); i < rounds; i++)
        for (int k = 0; k < probes.length; k++) {
          int which = (k + Math.max(i, 0)) % probes.length;
          round(plan, nodes.home(), probes[which], homes[which], i, which);
        }
    }
    Versus versus = new Versus(section, plan.jdks().get(0).title());
    versus.more("sequential read", "MB/s", reads[0], "sshfs", reads[1], 3);
    versus.more("sequential write, home in memory", "MB/s", toMemory[0], "sshfs", toMemory[1], 3);
    versus.more("sequential write, home on disk", "MB/s", writes[0], "sshfs", writes[1], 3);
    versus.more("create, stat, unlink", "/s", names[0], "sshfs", names[1], 2);
    versus.more("re-read of a cached file", "MB/s", rereads[0], "home", rereads[2], 0.8);
    versus.more("sequential read", "MB/s", reads[0], "home", reads[2], NOTHING);
    versus.more(
        "sequential write, home in memory", "MB/s", toMemory[0], "home", toMemory[2], NOTHING);
    versus.more("sequential write, home on disk", "MB/s", writes[0], "home", writes[2], NOTHING);
    versus.more("create, stat, unlink", "/s", names[0], "home", names[2], NOTHING);
    versus.more("re-read of a cached file", "MB/s", rereads[0], "sshfs", rereads[1], NOTHING);
    section.note("A file of " + megabytes(plan) + " MB, in pieces of 1 MiB; written to close(2).");
    return section;
  }

  private static int megabytes(Plan plan) {
    return plan.quick() ? 64 : 256;
  }

  private void round(Plan plan, Path home, RunningProbe probe, Path root, int round, int which)
      throws Failure, InterruptedException {
    int size = megabytes(plan);
    int files = plan.quick() ? 200 : round < 0 ? NAMES_TO_WARM_UP : 500;
    String name = "data-" + round + "-" + which;
    fill(home.resolve(name), size);
    Quiet.settle();
    double read = probe.ask("read " + root.resolve(name))[0];
    probe.ask("read " + root.resolve(name));
    double again = probe.ask("read " + root.resolve(name))[0];
    Quiet.settle();
    double wrote = probe.ask("write " + root.resolve("new-" + name) + " " + size)[0];
    Quiet.settle();
    double quickly = probe.ask("write " + root.resolve("memory/" + name) + " " + size)[0];
    double named = probe.ask("names " + root + " " + files)[0];
    RunningSubject.delete(home.resolve(name));
    RunningSubject.delete(home.resolve("new-" + name));
    RunningSubject.delete(home.resolve("memory/" + name));
    if (round < 0) return;
    double megabytes = size * (1 << 20) / 1e6;
    reads[which].add(megabytes / read);
    rereads[which].add(megabytes / again);
    writes[which].add(megabytes / wrote);
    toMemory[which].add(megabytes / quickly);
    names[which].add(files / named);
  }

  /** At home, so that nobody else has it in a cache. */
  private static void fill(Path file, int megabytes) throws Failure {
    byte[] noise = new byte[1 << 20];
    new Random(1).nextBytes(noise);
    try (OutputStream to = Files.newOutputStream(file)) {
      for (int i = 0; i < megabytes; i++) to.write(noise);
    } catch (IOException e) {
      throw new Failure("cannot write " + file, e);
    }
  }
}
