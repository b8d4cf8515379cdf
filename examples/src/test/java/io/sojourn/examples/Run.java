package io.sojourn.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A program's run inside the test's virtual machine, to its end.
 *
 * @param status exit status
 * @param out what it printed
 * @param err what it complained of
 */
public record Run(int status, String out, String err) {

  public static Run of(Program program, String... words) {
    return of(program, new Stop(), words);
  }

  public static Run of(Program program, Stop stop, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Program.execute(
            program,
            stop,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            words);
    return new Run(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
