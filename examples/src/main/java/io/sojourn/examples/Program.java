package io.sojourn.examples;

import java.io.PrintStream;

/**
 * One of the example programs.
 *
 * <p>Exit statuses are 0 for done and right, 1 for failed, 2 for a command line that is wrong.
 */
public interface Program {

  /** What {@code --help} prints; it also declares the options, see {@link Options}. */
  String usage();

  /**
   * Does the work.
   *
   * @param stop tells the program when to end
   * @return the exit status
   */
  int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception;

  /** Runs a program as the main program of this virtual machine, which ends with it. */
  static void main(Program program, String... words) {
    Stop stop = new Stop();
    int status = 1;
    try {
      stop.onSignal();
      status = execute(program, stop, System.out, System.err, words);
    } finally {
      stop.finished(status);
      System.exit(status);
    }
  }

  /** Runs a program and returns its exit status; what fails is said in one line on {@code err}. */
  static int execute(
      Program program, Stop stop, PrintStream out, PrintStream err, String... words) {
    String name = program.getClass().getSimpleName();
    try {
      Options options = Options.parse(program.usage() + "  --help\n", words);
      if (options.has("--help")) {
        out.print(program.usage());
        return 0;
      }
      return program.run(options, stop, out, err);
    } catch (UsageException e) {
      err.println(name + ": " + e.getMessage());
      err.print(program.usage());
      return 2;
    } catch (Exception e) {
      err.println(name + ": " + e);
      return 1;
    }
  }
}
