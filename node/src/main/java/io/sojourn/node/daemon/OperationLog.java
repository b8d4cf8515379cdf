package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.OperationResult;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line an operation. */
final class OperationLog {
  private static final Logger log = LoggerFactory.getLogger(OperationLog.class);

  private OperationLog() {}

  /** Runs it and notes how it ended. */
  static OperationResult noted(
      String verb, String subject, Caller caller, Supplier<OperationResult> operation) {
    return noted(
        verb,
        subject,
        caller,
        operation,
        result ->
            String.format(
                Locale.ROOT,
                "image %s, %d bytes, pause %.1f ms, total %.1f ms",
                result.getImage(),
                result.getBytes(),
                result.getPauseMillis(),
                result.getTotalMillis()));
  }

  /**
   * The same of what has another result.
   *
   * @param words says what was done
   */
  static <T> T noted(
      String verb,
      String subject,
      Caller caller,
      Supplier<T> operation,
      Function<T, String> words) {
    try {
      T result = operation.get();
      log.info("{} {} for uid {}: {}", verb, subject, caller.uid(), words.apply(result));
      return result;
    } catch (OperationException known) {
      log.info(
          "{} {} for uid {}: {}: {}",
          verb,
          subject,
          caller.uid(),
          known.kind().name().toLowerCase(Locale.ROOT),
          known.getMessage());
      throw known;
    } catch (RuntimeException defect) {
      log.info("{} {} for uid {}: {}", verb, subject, caller.uid(), defect.toString());
      throw defect;
    }
  }
}
