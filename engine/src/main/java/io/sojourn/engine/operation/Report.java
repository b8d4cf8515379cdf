package io.sojourn.engine.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The steps of one operation and their times, as they come. */
public final class Report {
  /**
   * @param name a verb or two: "dump", "wait for guards"
   * @param millis how long it took
   */
  public record Phase(String name, double millis) {}

  private final OperationListener listener;
  private final long startedNanos = System.nanoTime();
  private final List<Phase> phases = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  public Report(OperationListener listener) {
    this.listener = listener;
  }

  /** Runs a step and notes its time, also where it fails. */
  public <T> T phase(String name, Supplier<T> step) {
    listener.phaseStarted(name);
    long started = System.nanoTime();
    try {
      return step.get();
    } finally {
      finished(name, (System.nanoTime() - started) / 1e6);
    }
  }

  /**
   * Runs a step that another one ends, which is noted where it took any time.
   *
   * @param inMillis how long the other took, by what the step gave
   */
  public <T> void phase(
      String name, Supplier<T> step, String last, ToDoubleFunction<? super T> inMillis) {
    listener.phaseStarted(name);
    long started = System.nanoTime();
    double lastMillis = 0;
    try {
      lastMillis = inMillis.applyAsDouble(step.get());
    } finally {
      finished(name, (System.nanoTime() - started) / 1e6 - lastMillis);
      if (lastMillis > 0) finished(last, lastMillis);
    }
  }

  /** Runs a step that gives nothing back. */
  public void phase(String name, Runnable step) {
    this.<Object>phase(
        name,
        () -> {
          step.run();
          return name;
        });
  }

  /** Notes a step that was timed elsewhere. */
  public void finished(String name, double millis) {
    phases.add(new Phase(name, millis));
    listener.phaseFinished(name, millis);
  }

  /** What a user should know although it was done. */
  public void warn(String text) {
    warnings.add(text);
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  public OperationListener listener() {
    return listener;
  }

  public List<Phase> phases() {
    return List.copyOf(phases);
  }

  /** Since this report was made. */
  public double totalMillis() {
    return (System.nanoTime() - startedNanos) / 1e6;
  }
}
