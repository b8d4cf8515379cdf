package io.sojourn.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How much longer {@link Repeated}'s work takes after the middle than before it: the ratio of the
 * medians of both halves, by the clock and by the processors. The same virtual machine with the
 * same compiled code is compared with itself: between two machines that start alike, what the
 * compilers happen to choose makes more of a difference than an agent that waits.
 */
record Halves(double clock, double cpu) {
  static final String MIDDLE = "middle";

  /** What is done to the program in the middle. */
  interface Middle {
    void of(long pid) throws Failure, InterruptedException;
  }

  static Halves of(Process program, Middle middle) throws Failure, InterruptedException {
    List<Series> halves = new ArrayList<>();
    try (BufferedReader said = program.inputReader()) {
      halves.addAll(List.of(new Series(), new Series()));
      boolean second = false;
      for (String line; (line = said.readLine()) != null; ) {
        if (line.equals(MIDDLE)) {
          middle.of(program.pid());
          program.getOutputStream().write('\n');
          program.getOutputStream().flush();
          halves.addAll(List.of(new Series(), new Series()));
          second = true;
          continue;
        }
        String[] nanos = line.split(" ", 2);
        halves.get(second ? 2 : 0).add(Double.parseDouble(nanos[0]));
        halves.get(second ? 3 : 1).add(Double.parseDouble(nanos[1]));
      }
    } catch (IOException e) {
      throw new Failure("the measured program does not answer", e);
    }
    if (program.waitFor() != 0 || halves.size() < 4 || halves.get(3).size() == 0)
      throw new Failure("the measured program ended with status " + program.exitValue());
    return new Halves(
        halves.get(2).median() / halves.get(0).median(),
        halves.get(3).median() / halves.get(1).median());
  }
}
