package io.sojourn.benchmarks;

import java.util.List;

/**
 * A program to be measured.
 *
 * @param title in tables
 * @param jvm options of the virtual machine
 * @param main class and arguments; {@code {dir}} stands for a directory of its own, {@code {port}}
 *     for a free port
 * @param load brings it into the state that is of interest, each time before it is measured
 */
record Subject(String title, List<String> jvm, List<String> main, Load load) {
  /** Waits, or works on the program. */
  interface Load {
    void on(RunningSubject program) throws Failure, InterruptedException;
  }
}
