package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.Supervision;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is done with a task that fails. */
final class SupervisionOptions {
  /** As in {@code --on-failure=restart}. */
  enum OnFailure {
    restart,
    keep
  }

  /** As in {@code --restart-on=any}. */
  enum RestartOn {
    home,
    any
  }

  @Option(
      names = "--on-failure",
      paramLabel = "restart|keep",
      description =
          "When it fails, that is, a signal ends it or its exit status is not 0, run it again from its"
              + " newest whole image; or keep its images and leave it alone, which makes no image now."
              + " Who asks it to end by SIGTERM, SIGINT or SIGHUP does not make it fail.")
  private @Nullable OnFailure onFailure;

  @Option(
      names = "--restart-on",
      paramLabel = "home|any",
      description =
          "Run it again on this node, or on any that has the same repository when this one does not"
              + " come back. Default: home.")
  private @Nullable RestartOn restartOn;

  @Option(
      names = "--restart-delay",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description = "Wait that long, and twice as long each further time. Default: 100ms.")
  private @Nullable Duration delay;

  @Option(
      names = "--restart-max-delay",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description = "Wait no longer than that. Default: 30s.")
  private @Nullable Duration maxDelay;

  @Option(
      names = "--start-limit-burst",
      paramLabel = "N",
      description = "Give up after N restarts within --start-limit-interval. Default: 5.")
  private @Nullable Integer burst;

  @Option(
      names = "--start-limit-interval",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description = "See --start-limit-burst. Default: 10m.")
  private @Nullable Duration interval;

  /** It is to be left alone from now on. */
  boolean keeps() {
    return onFailure == OnFailure.keep;
  }

  boolean restarts() {
    return onFailure == OnFailure.restart;
  }

  /** Refuses what makes no sense together. */
  void check() {
    boolean more =
        restartOn != null || delay != null || maxDelay != null || burst != null || interval != null;
    if (more && !restarts())
      throw OperationException.usage(
          "--restart-... and --start-limit-... say how a task is restarted that fails",
          "say --on-failure=restart as well");
    if (burst != null && burst < 1)
      throw OperationException.usage(
          "--start-limit-burst is one restart or more", "to leave it alone say --on-failure=keep");
  }

  void complete(CheckpointRequest.Builder request) {
    if (!restarts()) return;
    request.setSupervision(
        Supervision.newBuilder()
            .setAnywhere(restartOn == RestartOn.any)
            .setDelayMillis(millis(delay))
            .setMaxDelayMillis(millis(maxDelay))
            .setStartLimitBurst(burst == null ? 0 : burst)
            .setStartLimitIntervalMillis(millis(interval)));
  }

  private static long millis(@Nullable Duration time) {
    return time == null ? 0 : time.toMillis();
  }

  /** Ends the answer's first sentence. */
  String sentence() {
    if (!restarts()) return "";
    return "\nfrom now on it is restarted when it fails"
        + (restartOn == RestartOn.any ? ", on any node" : "");
  }
}
