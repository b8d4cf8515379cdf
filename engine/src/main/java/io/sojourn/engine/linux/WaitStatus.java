package io.sojourn.engine.linux;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a process ended, as wait(2) tells its parent.
 *
 * @param value the low seven bits a signal, or else an exit status in the second byte
 */
public record WaitStatus(int value) {
  private static final Pattern WORDS = Pattern.compile("(exited|killed) (\\d{1,3})");

  public static WaitStatus exited(int status) {
    return new WaitStatus((status & 0xff) << 8);
  }

  public static WaitStatus killed(int signal) {
    return new WaitStatus(signal & 0x7f);
  }

  /** Reads "exited 3" or "killed 9"; empty where it is neither. */
  public static Optional<WaitStatus> parse(String text) {
    Matcher words = WORDS.matcher(text);
    if (!words.matches()) return Optional.empty();
    int number = Integer.parseInt(words.group(2));
    return Optional.of(words.group(1).equals("exited") ? exited(number) : killed(number));
  }

  /** The signal that ended it; 0 where it ended by itself. */
  public int signal() {
    return value & 0x7f;
  }

  /** What it ended with; 0 where a signal ended it. */
  public int exitStatus() {
    return signal() == 0 ? value >> 8 & 0xff : 0;
  }

  @Override
  public String toString() {
    return signal() == 0 ? "exited " + exitStatus() : "killed " + signal();
  }
}
