package io.sojourn.benchmarks;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.node.archive.PlainImage;
import io.sojourn.repository.Repository;
import io.sojourn.repository.blob.DirectoryStore;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Ten checkpoints of a program that changes 5 % of its memory in between, in a repository, against
 * ten dumps of plain CRIU of the same program without an agent: room and pauses. They take turns,
 * and who is first changes each time.
 */
final class Successive implements Benchmark {
  private static final int IMAGES = 10;
  private static final double MEGA = 1e6, NOTHING = Double.NaN;
  private static final String PEER = "criu dump";

  private final Series pause = new Series(), theirPause = new Series();
  private final Series first = new Series(), theirFirst = new Series();
  private final Series later = new Series(), theirLater = new Series();
  private final Series all = new Series(), theirAll = new Series();

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    int live = plan.quick() ? 100 : 1000;
    Section section =
        Versus.section(
            plan,
            "Ten successive checkpoints (" + live + " MB of noise live, 5 % changed in between)",
            "successive");
    Path scratch = plan.node().scratch().resolve("successive");
    for (int round = 0; round < plan.rounds(3); round++)
      try {
        RunningSubject.delete(scratch);
        Files.createDirectories(scratch);
        round(plan, scratch, live, round);
      } catch (IOException e) {
        throw new Failure("cannot measure in " + scratch, e);
      } finally {
        RunningSubject.delete(scratch);
      }
    Versus versus = new Versus(section, plan.jdks().get(0).title());
    versus.less("pause", "ms", pause, PEER, theirPause, 0.5);
    versus.less("room of all ten", "MB", all, PEER, theirAll, 0.1);
    versus.less("room of the first", "MB", first, PEER, theirFirst, NOTHING);
    versus.less("room of each later one", "MB", later, PEER, theirLater, NOTHING);
    section.note("Noise does not compress: the first image is as large as what is live.");
    return section;
  }

  private void round(Plan plan, Path scratch, int live, int round)
      throws Failure, InterruptedException, IOException {
    String heap = "-Xmx" + 2 * live + "m", name = "successive" + round;
    Map<String, String> environment = plan.node().environment();
    List<String> withAgent = List.of(heap, "-javaagent:" + plan.node().agent() + "=name=" + name);
    List<Double> ours = new ArrayList<>(), theirs = new ArrayList<>();
    try (Repository repository =
            Repository.open(
                DirectoryStore.open(scratch.resolve("chunks")),
                Seal.NONE,
                "benchmark",
                Clock.systemUTC());
        RunningProbe task =
            RunningProbe.start(plan, List.of(), scratch.resolve("ours"), withAgent, environment);
        RunningProbe plain =
            RunningProbe.start(
                plan, List.of(), scratch.resolve("theirs"), List.of(heap), Map.of())) {
      for (RunningProbe probe : List.of(task, plain)) probe.ask("hold " + live);
      for (int number = 0; number < IMAGES; number++)
        for (int turn = 0; turn < 2; turn++) {
          boolean our = (number + turn) % 2 == 0;
          RunningProbe probe = our ? task : plain;
          if (number > 0) probe.ask("change 5");
          AgainstPlainCriu.settle();
          probe.ask("gap");
          if (our) ours.add(ours(plan, scratch, repository, name, task));
          else theirs.add(theirs(plan, scratch, plain));
        }
    }
    sizes(ours, first, later, all);
    sizes(theirs, theirFirst, theirLater, theirAll);
  }

  private static void sizes(List<Double> bytes, Series first, Series later, Series all) {
    first.add(bytes.get(0) / MEGA);
    bytes.subList(1, bytes.size()).forEach(one -> later.add(one / MEGA));
    all.add(bytes.stream().mapToDouble(Double::doubleValue).sum() / MEGA);
  }

  /** What it adds to the repository, in bytes. */
  private double ours(
      Plan plan, Path scratch, Repository repository, String name, RunningProbe task)
      throws Failure, InterruptedException, IOException {
    Path image = scratch.resolve("image-" + System.nanoTime());
    plan.node().ckpt("checkpoint", name, "-o", image.toString(), "--json");
    pause.add(task.ask("gap")[1] / 1e3);
    try (PlainImage stored = PlainImage.of(ImageDirectory.open(image), scratch)) {
      return repository.store(stored.directory(), stored.manifest(), stored.text(), done -> {});
    } finally {
      RunningSubject.delete(image);
    }
  }

  /** The size of the dump, in bytes. */
  private double theirs(Plan plan, Path scratch, RunningProbe plain)
      throws Failure, InterruptedException {
    Path image = scratch.resolve("dump");
    new PlainCriu(plan.node()).dump(plain.pid(), image, List.of("--leave-running"));
    theirPause.add(plain.ask("gap")[1] / 1e3);
    try {
      return AgainstPlainCriu.size(image);
    } finally {
      RunningSubject.delete(image);
    }
  }
}
