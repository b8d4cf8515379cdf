package io.sojourn.home.deputy;

import io.sojourn.engine.linux.Proc;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose place a deputy holds, and which process it is. Its socket has this as its name, in a
 * directory of the daemon's, so that neither has to be believed of a process that is the user's.
 *
 * @param startTicks as {@link Proc#startTicks}: a number that is given again is another process
 */
public record DeputyName(String task, int incarnation, int pid, long startTicks) {
  private static final Pattern FILE = Pattern.compile("([^.]+)\\.(\\d+)\\.(\\d+)\\.(\\d+)");
  private static final Pattern TASK = Pattern.compile("[0-9A-Za-z_-]{1,32}");

  public DeputyName {
    if (!TASK.matcher(task).matches()) throw new IllegalArgumentException("task id " + task);
  }

  static DeputyName of(String task, int incarnation, int pid) {
    return new DeputyName(task, incarnation, pid, Proc.startTicks(pid));
  }

  static Optional<DeputyName> parse(Path socket) {
    Matcher file = FILE.matcher(socket.getFileName().toString());
    return file.matches()
        ? Optional.of(
            new DeputyName(
                file.group(1),
                Integer.parseInt(file.group(2)),
                Integer.parseInt(file.group(3)),
                Long.parseLong(file.group(4))))
        : Optional.empty();
  }

  String file() {
    return task + "." + incarnation + "." + pid + "." + startTicks;
  }

  /** Whether that process is there. */
  public boolean lives() {
    return Proc.startTicks(pid) == startTicks && Proc.state(pid) != 'Z';
  }

  /**
   * Whether it is a deputy still. Its user may make it execute something else: a program that runs
   * with another's rights, whose descriptors are none of that user's.
   */
  boolean isDeputy() {
    return lives() && Proc.executable(pid).matches(".*[/:]ckpt-deputy( \\(deleted\\))?");
  }
}
