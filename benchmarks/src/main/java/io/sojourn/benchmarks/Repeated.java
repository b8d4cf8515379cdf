package io.sojourn.benchmarks;

import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;

/**
 * The main class of a measured program: does the same work many times, and prints for each time its
 * nanoseconds by the clock and by the processors. What the compilers do at first is left out. In
 * the middle it waits for a line on its input: something is done to it there.
 */
public final class Repeated {
  private Repeated() {}

  /**
   * Takes how many are left out, how many are measured before the middle and after it, the
   * program's class and its arguments.
   */
  public static void main(String[] args) throws Exception {
    int warmUps = Integer.parseInt(args[0]);
    int half = Integer.parseInt(args[1]);
    Program program = (Program) Class.forName(args[2]).getDeclaredConstructor().newInstance();
    String[] words = Arrays.copyOfRange(args, 3, args.length);
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, "UTF-8");
    for (int i = -warmUps; i < 2 * half; i++) {
      if (i == half) {
        System.out.println(Halves.MIDDLE);
        if (System.in.read() < 0) System.exit(1);
      }
      long cpu = ProcessorClock.nanos();
      long clock = System.nanoTime();
      if (Program.execute(program, new Stop(), nowhere, System.err, words) != 0) System.exit(1);
      long passed = System.nanoTime() - clock;
      if (i >= 0) System.out.println(passed + " " + (ProcessorClock.nanos() - cpu));
    }
  }
}
