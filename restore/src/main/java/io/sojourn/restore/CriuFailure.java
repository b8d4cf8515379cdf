package io.sojourn.restore;

import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.regex.Pattern;

/** Says in plain words why CRIU could not restore. */
final class CriuFailure {
  private record Known(Pattern error, String message, String mend) {}

  private static final Known[] KNOWN = {
    new Known(
        Pattern.compile("Can't (bind|connect) inet socket.*|.*[Aa]ddress already in use.*"),
        "a connection of the task cannot be made again: its address is in use, perhaps by the end"
            + " of the same connection that the kernel still keeps after the task was killed",
        "wait a minute and try once more, or restore with --clone, where its connections are"
            + " closed"),
    new Known(
        Pattern.compile("Can't fork for (\\d+): File exists|Pid .* do not match expected .*"),
        "a process or thread number of the task is in use",
        "try once more, or restore with --clone"),
    new Known(
        Pattern.compile(".*[Ff]ile lock.*|.*flock.*"),
        "a file lock of the task is held by another process",
        "end that process (lslocks shows it)"),
  };

  private CriuFailure() {}

  static OperationException of(RestoreOrder order, LogDirectory logs, String shimSaid) {
    String error = CriuLog.firstError(logs.criuLog()).orElse(shim(logs, shimSaid));
    for (Known known : KNOWN)
      if (known.error.matcher(error).matches())
        return OperationException.failed(
            "task " + order.taskName() + " was not restored: " + known.message + " (" + error + ")",
            known.mend + "; CRIU's log is " + logs.criuLog());
    return OperationException.failed(
        "CRIU could not restore task " + order.taskName() + ": " + error,
        "CRIU's log is " + logs.criuLog());
  }

  private static String shim(LogDirectory logs, String said) {
    try {
      String complaint = Files.readString(logs.shimLog(), StandardCharsets.UTF_8).strip();
      return complaint.isEmpty() ? "it " + said.replaceFirst("^failed ", "") : complaint;
    } catch (IOException none) {
      return said;
    }
  }
}
