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

  /** Of one side, for one content of the memory. */
  private static final class Taken {
    final Series pause = new Series(), first = new Series(), later = new Series();
    final Series all = new Series();

    void sizes(List<Double> bytes) {
      first.add(bytes.get(0) / MEGA);
      bytes.subList(1, bytes.size()).forEach(one -> later.add(one / MEGA));
      all.add(bytes.stream().mapToDouble(Double::doubleValue).sum() / MEGA);
    }
  }

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    int live = plan.quick() ? 100 : 1000;
    Section section =
        Versus.section(
            plan,
            "Ten successive checkpoints (" + live + " MB live, 5 % changed in between)",
            "successive");
    Path scratch = plan.node().scratch().resolve("successive");
    Versus versus = new Versus(section, plan.jdks().get(0).title());
    for (String content : List.of("noise", "figures")) {
      Taken ours = new Taken(), theirs = new Taken();
      for (int round = 0; round < plan.rounds(3); round++)
        try {
          RunningSubject.delete(scratch);
          Files.createDirectories(scratch);
          new Round(plan, scratch, ours, theirs).run("hold " + live + " " + content, live, round);
        } catch (IOException e) {
          throw new Failure("cannot measure in " + scratch, e);
        } finally {
          RunningSubject.delete(scratch);
        }
      String of = content + ": ";
      versus.less(of + "pause", "ms", ours.pause, PEER, theirs.pause, 0.5);
      versus.less(of + "room of all ten", "MB", ours.all, PEER, theirs.all, 0.1);
      versus.less(of + "room of the first", "MB", ours.first, PEER, theirs.first, NOTHING);
      versus.less(of + "room of each later one", "MB", ours.later, PEER, theirs.later, NOTHING);
    }
    section.note(
        "Noise does not compress: the first image is as large as what is live. Figures are numbers"
            + " of eight bytes below a million.");
    return section;
  }

  private record Round(Plan plan, Path scratch, Taken ours, Taken theirs) {
    void run(String hold, int live, int round) throws Failure, InterruptedException, IOException {
      String heap = "-Xmx" + 2 * live + "m", name = "successive" + round;
      Map<String, String> environment = plan.node().environment();
      List<String> withAgent = List.of(heap, "-javaagent:" + plan.node().agent() + "=name=" + name);
      List<Double> ourBytes = new ArrayList<>(), theirBytes = new ArrayList<>();
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
        for (RunningProbe probe : List.of(task, plain)) probe.ask(hold);
        for (int number = 0; number < IMAGES; number++)
          for (int turn = 0; turn < 2; turn++) {
            boolean our = (number + turn) % 2 == 0;
            RunningProbe probe = our ? task : plain;
            if (number > 0) probe.ask("change 5");
            Quiet.settle();
            probe.ask("gap");
            if (our) ourBytes.add(checkpoint(repository, name, task));
            else theirBytes.add(dump(plain));
          }
      }
      ours.sizes(ourBytes);
      theirs.sizes(theirBytes);
    }

    /** What it adds to the repository, in bytes. */
    private double checkpoint(Repository repository, String name, RunningProbe task)
        throws Failure, InterruptedException, IOException {
      Path image = scratch.resolve("image-" + System.nanoTime());
      plan.node().ckpt("checkpoint", name, "-o", image.toString(), "--json");
      ours.pause.add(task.ask("gap")[1] / 1e3);
      try (PlainImage stored = PlainImage.of(ImageDirectory.open(image), scratch)) {
        return repository.store(stored.directory(), stored.manifest(), stored.text(), done -> {});
      } finally {
        RunningSubject.delete(image);
      }
    }

    /** The size of the dump, in bytes. */
    private double dump(RunningProbe plain) throws Failure, InterruptedException {
      Path image = scratch.resolve("dump");
      new PlainCriu(plan.node()).dump(plain.pid(), image, List.of("--leave-running"));
      theirs.pause.add(plain.ask("gap")[1] / 1e3);
      try {
        return AgainstPlainCriu.size(image);
      } finally {
        RunningSubject.delete(image);
      }
    }
  }
}
