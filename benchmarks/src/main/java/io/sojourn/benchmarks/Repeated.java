package io.sojourn.benchmarks;

import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The main class of a measured program: does the same work once for each byte on its input, and
 * prints how many nanoseconds that took by the clock and by the processors. It holds as many
 * megabytes of noise as the property {@value #BALLAST} says.
 */
public final class Repeated {
  static final String BALLAST = "ballast";

  private static final List<byte[]> HELD = new ArrayList<>();

  private Repeated() {}

  /** Takes the program's class and its arguments. */
  public static void main(String[] args) throws Exception {
    Program program = (Program) Class.forName(args[0]).getDeclaredConstructor().newInstance();
    Random noise = new Random(1);
    // In pieces that no collector takes for large ones.
    for (int i = 0; i < 16 * Integer.getInteger(BALLAST, 0); i++) {
      HELD.add(new byte[1 << 16]);
      noise.nextBytes(HELD.get(i));
    }
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
