package io.sojourn.restore;

import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.regex.Pattern;

/** Says in plain words why CRIU could not restore. */
final class CriuFailure {
  private static final String KILLED = "failed killed ";

  private record Known(Pattern error, String message, String mend) {}

  /** clone3(2) with a number that is in use says EEXIST, 17. */
  private static final Pattern NUMBER_TAKEN =
      Pattern.compile(
          "Can't fork for \\d+: File exists|Unable to create a thread: -17"
              + "|Pid \\d+ do not match expected \\d+.*");

  private static final Known[] KNOWN = {
    new Known(
        Pattern.compile("Can't (bind|connect) inet socket.*|.*[Aa]ddress already in use.*"),
        "a connection of the task cannot be made again: its address is in use, perhaps by the end"
            + " of the same connection that the kernel still keeps after the task was killed",
        "wait a minute and try once more, or restore with --clone, where its connections are"
            + " closed"),
    new Known(
        NUMBER_TAKEN,
        "one of its process and thread numbers was taken at the last moment",
        "try once more, or restore with --clone"),
    new Known(
        Pattern.compile(".*[Ff]ile lock.*|.*flock.*"),
        "a file lock of the task is held by another process",
        "end that process (lslocks shows it)"),
  };

  private CriuFailure() {}

  static OperationException of(RestoreOrder order, LogDirectory logs, String shimSaid) {
    String error = CriuLog.firstError(logs.criuLog()).orElse(complaint(logs));
    for (Known known : KNOWN)
      if (known.error.matcher(error).matches())
        return OperationException.failed(
            "task " + order.taskName() + " was not restored: " + known.message + " (" + error + ")",
            known.mend + "; CRIU's log is " + logs.criuLog());
    return OperationException.failed(
        "CRIU could not restore task " + order.taskName() + ": " + why(error, shimSaid),
        "CRIU's log is " + logs.criuLog());
  }

  static OperationException tooSlow(RestoreOrder order, LogDirectory logs, RestoreLimit limit) {
    return OperationException.failed(
        "task "
            + order.taskName()
            + " did not run after "
            + limit
            + ": CRIU stood still, and was ended with all that it had made; the image is as it was",
        "try once more, with more time: --limit=TIME; CRIU's log is " + logs.criuLog());
  }

  /**
   * Whether it failed by what another process did at that moment: it got a number of the task's
   * between the look at it and its use; or it is a JVM that started, and such a JVM throws away the
   * counters of JVMs that do not run.
   */
  static boolean byChance(RestoreOrder order) {
    Optional<String> error = CriuLog.firstError(new LogDirectory(order.logs()).criuLog());
    return error.filter(text -> NUMBER_TAKEN.matcher(text).matches()).isPresent()
        || order.manifest().getFilesList().stream()
            .filter(file -> !file.getCarriedAs().isEmpty())
            .anyMatch(
                file ->
                    error
                        .filter(text -> text.contains("Can't open file " + relative(file)))
                        .isPresent());
  }

  /** As CRIU names it: seen from the root. */
  private static String relative(File file) {
    return file.getPath().substring(1);
  }

  /** What was said to the shim's stderr by whomever; "" where nothing was. */
  private static String complaint(LogDirectory logs) {
    try {
      return Files.readString(logs.shimLog(), StandardCharsets.UTF_8).strip();
    } catch (IOException none) {
      return "";
    }
  }

  /**
   * @param error that was written somewhere, or ""; where CRIU was killed, by those whom that has
   *     left alone perhaps
   * @param said by the shim: "failed exited 1" or "failed killed 9"
   */
  private static String why(String error, String said) {
    if (said.startsWith(KILLED))
      return "it was killed by signal "
          + said.substring(KILLED.length())
          + (error.isEmpty() ? "" : " (" + error + ")");
    return error.isEmpty() ? "it ended without saying why (" + said + ")" : error;
  }
}
