package io.sojourn.node.demo;

import io.sojourn.engine.operation.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** What the audience reads: acts, their steps, and how long each took. */
final class Story {
  private final Consumer<String> say;
  private final long startedNanos = System.nanoTime();
  private final List<Report.Phase> phases = new ArrayList<>();

  Story(Consumer<String> say) {
    this.say = say;
  }

  void act(String title) {
    say.accept("");
    say.accept(title);
  }

  /** Does a step and says how long it took. */
  <T> T step(String name, Callable<T> work) throws Exception {
    long started = System.nanoTime();
    T result = work.call();
    step(name, (System.nanoTime() - started) / 1e6);
    return result;
  }

  private void step(String name, double millis) {
    phases.add(new Report.Phase(name, millis));
    say.accept("  " + name + "  " + time(millis));
  }

  /** A command, what it did and its phases. */
  void command(String line, Ckpt.Done done) {
    phases.add(new Report.Phase(line, done.totalMillis()));
    String image =
        done.image().isEmpty()
            ? ""
            : String.format(
                Locale.ROOT, "image %s, %.1f MiB, ", done.image(), done.bytes() / 1048576.0);
    say.accept(
        "  $ ckpt %s  %s: %spause %s"
            .formatted(line, time(done.totalMillis()), image, time(done.pauseMillis())));
    for (Report.Phase phase : done.phases()) {
      phases.add(new Report.Phase(line + ": " + phase.name(), phase.millis()));
      say.accept("      " + phase.name() + "  " + time(phase.millis()));
    }
  }

  void note(String text) {
    say.accept("  " + text);
  }

  void end(boolean right) {
    say.accept("");
    say.accept(
        (right ? "all is right" : "SOMETHING IS WRONG: see above")
            + ", after "
            + time((System.nanoTime() - startedNanos) / 1e6));
  }

  List<Report.Phase> phases() {
    return List.copyOf(phases);
  }

  private static String time(double millis) {
    return millis < 1000
        ? String.format(Locale.ROOT, "%.0f ms", millis)
        : String.format(Locale.ROOT, "%.1f s", millis / 1000);
  }
}
