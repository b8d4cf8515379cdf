package io.sojourn.migrate.crac;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it is told, and does what a test wants done meanwhile. */
final class Recorder implements Resource {
  interface Action {
    void run() throws Exception;
  }

  /** What all recorders of one test were told, in order. */
  static final class Log {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    void add(String line) {
      lines.add(line);
    }

    List<String> lines() {
      return List.copyOf(lines);
    }
  }

  private final String name;
  private final Log log;
  private final Action before;
  private final Action after;

  Recorder(String name, Log log) {
    this(name, log, () -> {}, () -> {});
  }

  Recorder(String name, Log log, Action before, Action after) {
    this.name = name;
    this.log = log;
    this.before = before;
    this.after = after;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws Exception {
    log.add("before " + name);
    before.run();
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) throws Exception {
    log.add("after " + name);
    after.run();
  }

  @Override
  public String toString() {
    return name;
  }
}
