package io.sojourn.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A virtual machine that does {@link Repeated} work when it is told to. */
final class Repeater implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 10;

  private final Process process;
  private final BufferedReader said;
  private final OutputStream told;

  /** How long it took, by the clock and by the processors. */
  record Turn(double clock, double cpu) {}

  private Repeater(Process process) {
    this.process = process;
    said = process.inputReader();
    told = process.getOutputStream();
  }

  /**
   * On one processor.
   *
   * @param jvm options
   * @param main the program's class and its arguments
   */
  static Repeater pinned(Plan plan, Jdk jdk, List<String> jvm, List<String> main) throws Failure {
    return start(plan, List.of("taskset", "-c", "1"), jdk, jvm, main);
  }

  /**
   * @param prefix words before the command
   * @param jvm options
   * @param main the program's class and its arguments
   */
  static Repeater start(
      Plan plan, List<String> prefix, Jdk jdk, List<String> jvm, List<String> main) throws Failure {
    List<String> command = new ArrayList<>(prefix);
    command.add(jdk.java().toString());
    command.add("-XX:+EnableDynamicAgentLoading");
    command.addAll(jvm);
    command.addAll(List.of("-cp", plan.node().programs(), Repeated.class.getName()));
    command.addAll(main);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(plan.node().environment());
    try {
      return new Repeater(builder.start());
    } catch (IOException e) {
      throw new Failure("cannot start " + jdk.java(), e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Does the work once. */
  Turn turn() throws Failure {
    try {
      told.write('\n');
      told.flush();
      String line = said.readLine();
      if (line == null) throw new Failure("the measured program has ended");
      String[] nanos = line.split(" ", 2);
      return new Turn(Double.parseDouble(nanos[0]), Double.parseDouble(nanos[1]));
    } catch (IOException e) {
      throw new Failure("the measured program does not answer", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    try {
      told.close();
    } catch (IOException ended) {
      // So it has ended.
    }
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
  }
}
