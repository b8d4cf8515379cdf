package io.sojourn.benchmarks;

import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;

/**
 * The main class of a measured program: does the same work once for each byte on its input, and
 * prints how many nanoseconds that took by the clock and by the processors.
 */
public final class Repeated {
  private Repeated() {}

  /** Takes the program's class and its arguments. */
  public static void main(String[] args) throws Exception {
    Program program = (Program) Class.forName(args[0]).getDeclaredConstructor().newInstance();
    String[] words = Arrays.copyOfRange(args, 1, args.length);
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, "UTF-8");
    while (System.in.read() >= 0) {
      long cpu = ProcessorClock.nanos();
      long clock = System.nanoTime();
      if (Program.execute(program, new Stop(), nowhere, System.err, words) != 0) System.exit(1);
      long passed = System.nanoTime() - clock;
      System.out.println(passed + " " + (ProcessorClock.nanos() - cpu));
    }
  }
}
