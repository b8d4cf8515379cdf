package io.sojourn.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A program under our care against the same program without an agent and plain CRIU. Each round
 * starts both anew, in turn; one round begins with ours, the next with the other.
 */
final class AgainstPlainCriu implements Benchmark {
  private static final double NEVER_ABOVE = 1.1;

  private final Function<Plan, Subject> subject;
  private final boolean busy;

  /**
   * @param busy a large heap with much garbage: more is promised, and freeze and restore are
   *     measured too
   */
  AgainstPlainCriu(Function<Plan, Subject> subject, boolean busy) {
    this.subject = subject;
    this.busy = busy;
  }

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Subject program = subject.apply(plan);
    String name = program.title().split("[ ,]", 2)[0].toLowerCase(Locale.ROOT);
    Section section =
        Section.of(
            plan,
            program.title(),
            name,
            "JDK",
            "what",
            "ours",
            "plain CRIU",
            "ratio",
            "promised",
            "rounds");
    for (Jdk jdk : plan.jdks()) compare(plan, jdk, program, section);
    section.note("Virtual machine: `java " + String.join(" ", program.jvm()) + "`.");
    return section;
  }

  private void compare(Plan plan, Jdk jdk, Subject program, Section section)
      throws Failure, InterruptedException {
    Measured ours = new Measured();
    Measured plain = new Measured();
    int rounds = plan.rounds(busy ? 5 : 4);
    for (int i = 0; i < rounds; i++) {
      for (boolean first : new boolean[] {true, false}) {
        boolean isOurs = first == (i % 2 == 0);
        Contender contender =
            isOurs ? new Sojourn(plan.node(), "auto") : new PlainCriu(plan.node());
        try {
          round(plan, jdk, program, contender, isOurs ? ours : plain);
        } catch (Failure failed) {
          section.note(
              "A round failed: " + String.valueOf(failed.getMessage()).replaceAll("\\s+", " "));
        }
      }
    }
    Row row = new Row(section, jdk, program);
    row.add("image", "MB", ours.image, plain.image, busy ? 0.30 : NEVER_ABOVE);
    row.add("pause", "ms", ours.pause, plain.pause, busy ? 0.5 : NEVER_ABOVE);
    if (busy) {
      row.add("restore", "ms", ours.restore, plain.restore, 0.5);
      row.add("freeze command", "ms", ours.freeze, plain.freeze, Double.NaN);
      row.add("absence, freeze and restore", "ms", ours.absence, plain.absence, Double.NaN);
    }
    if (ours.said.size() > 0) section.note(jdk.title() + ", by its own account: " + ours.said());
  }

  private void round(Plan plan, Jdk jdk, Subject subject, Contender contender, Measured measured)
      throws Failure, InterruptedException {
    Path images = plan.node().scratch().resolve("images");
    RunningSubject.delete(images);
    try (RunningSubject program = RunningSubject.start(plan, jdk, subject, contender.agent())) {
      Files.createDirectories(images);
      subject.load().on(program);
      Quiet.settle();
      Path image = images.resolve("checkpoint");
      Shell.Finished made = contender.checkpoint(program, image);
      measured.said("checkpoint", made);
      measured.pause.add(
          program.status().longestGap(made.startMillis(), made.endMillis()).millis());
      measured.image.add(size(image) / 1e6);
      RunningSubject.delete(image);
      if (busy) {
        subject.load().on(program);
        freezeAndRestore(program, contender, images.resolve("freeze"), measured);
      }
    } catch (IOException e) {
      throw new Failure("cannot create " + images, e);
    } finally {
      RunningSubject.delete(images);
    }
  }

  private static void freezeAndRestore(
      RunningSubject program, Contender contender, Path image, Measured measured)
      throws Failure, InterruptedException {
    Quiet.settle();
    Shell.Finished frozen = contender.freeze(program, image);
    measured.said("freeze", frozen);
    Shell.Finished restored = contender.restore(image);
    measured.said("restore", restored);
    StatusLog.Gap gap = program.status().gapOver(frozen.endMillis(), restored.startMillis());
    measured.freeze.add(frozen.millis());
    measured.restore.add(gap.endMillis() - restored.startMillis());
    measured.absence.add(gap.endMillis() - gap.startMillis());
  }

  static long size(Path image) throws Failure {
    try (Stream<Path> files = Files.walk(image)) {
      return files.filter(Files::isRegularFile).mapToLong(AgainstPlainCriu::blocks).sum();
    } catch (IOException | UncheckedIOException e) {
      throw new Failure("cannot read " + image, e);
    }
  }

  private static long blocks(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
