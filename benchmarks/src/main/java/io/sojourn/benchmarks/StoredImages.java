package io.sojourn.benchmarks;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.node.archive.PlainImage;
import io.sojourn.repository.Repository;
import io.sojourn.repository.blob.DirectoryStore;
import io.sojourn.repository.seal.KeyedSeal;
import io.sojourn.repository.seal.Keys;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a repository costs: images of a program that changes 5 % of its memory in between, stored in
 * a directory and brought back.
 */
final class StoredImages implements Benchmark {
  private static final int IMAGES = 4;
  private static final double MEGA = 1e6;

  /** Of one image; bytes, and seconds. */
  private record Cost(double bytes, double added, double store, double bring) {}

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    int live = plan.quick() ? 100 : 1000;
    Section section =
        Section.of(
            plan,
            "Images in a repository ("
                + live
                + " MB of noise live, 5 % changed from image to image)",
            "repository",
            "repository",
            "image",
            "size",
            "added",
            "of the first",
            "stored",
            "brought");
    Map<String, Seal> seals = new LinkedHashMap<>();
    seals.put("plain", Seal.NONE);
    seals.put("encrypted", KeyedSeal.of(Keys.parse("7".repeat(64), "the benchmark")));
    Path scratch = plan.node().scratch().resolve("repository");
    try {
      List<Path> images = images(plan, scratch, live);
      for (Map.Entry<String, Seal> seal : seals.entrySet()) {
        List<Cost> costs = new ArrayList<>();
        // The first time its code is compiled.
        for (int round = 0; round < 2; round++) costs = costs(scratch, seal.getValue(), images);
        row(section, seal.getKey(), "first", costs.subList(0, 1), costs.get(0));
        row(section, seal.getKey(), "later", costs.subList(1, costs.size()), costs.get(0));
      }
    } catch (IOException e) {
      throw new Failure("cannot measure a repository in " + scratch, e);
    } finally {
      RunningSubject.delete(scratch);
    }
    return section;
  }

  private static List<Path> images(Plan plan, Path scratch, int live)
      throws Failure, InterruptedException, IOException {
    RunningSubject.delete(scratch);
    Files.createDirectories(scratch);
    List<Path> images = new ArrayList<>();
    List<String> jvm =
        List.of("-Xmx" + 2 * live + "m", "-javaagent:" + plan.node().agent() + "=name=repository");
    try (RunningProbe probe =
        RunningProbe.start(
            plan, List.of(), scratch.resolve("probe"), jvm, plan.node().environment())) {
      probe.ask("hold " + live + " noise");
      for (int number = 1; number <= IMAGES; number++) {
        if (number > 1) probe.ask("change 5");
        Path image = scratch.resolve("image-" + number);
        plan.node().ckpt("checkpoint", "repository", "-o", image.toString(), "--json");
        images.add(image);
      }
    }
    return images;
  }

  private static List<Cost> costs(Path scratch, Seal seal, List<Path> images)
      throws Failure, IOException {
    Path place = scratch.resolve("chunks");
    RunningSubject.delete(place);
    List<Cost> costs = new ArrayList<>();
    try (Repository repository =
        Repository.open(DirectoryStore.open(place), seal, "benchmark", Clock.systemUTC())) {
      for (Path directory : images) costs.add(cost(scratch, repository, directory));
    }
    return costs;
  }

  private static Cost cost(Path scratch, Repository repository, Path directory)
      throws Failure, IOException {
    ImageDirectory image = ImageDirectory.open(directory);
    Path brought = scratch.resolve("brought");
    try (PlainImage plain = PlainImage.of(image, scratch)) {
      long began = System.nanoTime();
      long added = repository.store(plain.directory(), plain.manifest(), plain.text(), done -> {});
      double store = (System.nanoTime() - began) / 1e9;
      Files.createDirectory(brought);
      began = System.nanoTime();
      repository.bring(image.name(), brought, done -> {});
      return new Cost(image.bytes(), added, store, (System.nanoTime() - began) / 1e9);
    } finally {
      RunningSubject.delete(brought);
    }
  }

  private static void row(
      Section section, String repository, String which, List<Cost> costs, Cost first) {
    Series size = new Series(), added = new Series(), stored = new Series(), back = new Series();
    for (Cost cost : costs) {
      size.add(cost.bytes() / MEGA);
      added.add(cost.added() / MEGA);
      stored.add(cost.bytes() / MEGA / cost.store());
      back.add(cost.bytes() / MEGA / cost.bring());
    }
    section.row(
        repository,
        which,
        Series.number(size.median()) + " MB",
        added.text("MB"),
        String.format(Locale.ROOT, "%.1f %%", 100 * added.median() * MEGA / first.added()),
        stored.text("MB/s"),
        back.text("MB/s"));
  }
}
