package io.sojourn.engine.criu;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What CRIU says in its log. The first error is the cause; those after it are consequences. */
public final class CriuLog {
  private static final Pattern ERROR = Pattern.compile("Error \\(([^)]*)\\): (.*)");

  /** Said where CAP_SYS_RESOURCE or /dev/net/tun is missing, before the restore begins. */
  private static final List<String> HARMLESS =
      List.of("rlimit: Can't setup RLIMIT_NOFILE", "tun: Unable to create tun");

  private static final String NO_SPACE = "No space left on device";

  private CriuLog() {}

  /** The first error of a log. */
  public static Optional<String> firstError(Path log) {
    return errors(log).findFirst();
  }

  /** Whether one of the errors of a log holds one of these texts. */
  public static boolean says(Path log, List<String> texts) {
    return errors(log).anyMatch(error -> texts.stream().anyMatch(error::contains));
  }

  private static Stream<String> errors(Path log) {
    List<String> lines;
    try {
      lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
    } catch (IOException none) {
      return Stream.empty();
    }
    return lines.stream()
        .map(ERROR::matcher)
        .filter(Matcher::find)
        .map(matcher -> matcher.group(2).strip())
        .filter(error -> HARMLESS.stream().noneMatch(error::startsWith));
  }

  /**
   * @param what what was not done
   * @param log where CRIU wrote
   * @param kept where the log will be found
   */
  public static OperationException failure(String what, Path log, Path kept) {
    if (firstError(log).filter(error -> error.contains(NO_SPACE)).isPresent())
      return OperationException.failed(
          what + ": the disk of the image is full",
          "make room there, or choose another directory (-o); CRIU's log is " + kept);
    return OperationException.failed(
        what + firstError(log).map(error -> ": " + error).orElse(""), "CRIU's log is " + kept);
  }
}
