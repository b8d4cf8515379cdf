package io.sojourn.node.supervision;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.sojourn.node.schedule.AgentOptions;
import io.sojourn.node.schedule.Durations;
import java.util.Optional;

/**
 * How a task that has failed is restarted; names and meanings are those of systemd's units.
 *
 * @param anywhere another node may do it, where its own does not come back
 * @param delayMillis before the first restart (RestartSec=); twice as long before each further one
 * @param maxDelayMillis the longest of these (RestartMaxDelaySec=)
 * @param startLimitBurst how many restarts there may be within an interval (StartLimitBurst=)
 * @param startLimitIntervalMillis that interval (StartLimitIntervalSec=)
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RestartPolicy(
    boolean anywhere,
    long delayMillis,
    long maxDelayMillis,
    int startLimitBurst,
    long startLimitIntervalMillis) {
  public static final RestartPolicy USUAL = new RestartPolicy(false, 100, 30_000, 5, 10 * 60_000);

  /** Doubling beyond that would be no delay that anybody waits for. */
  private static final int MOST_DOUBLINGS = 30;

  private static final String RESTART = "restart";

  public RestartPolicy {
    if (delayMillis < 1 || maxDelayMillis < delayMillis)
      throw new IllegalArgumentException(
          "the longest delay is at least the first one, and that 1ms");
    if (startLimitBurst < 1 || startLimitIntervalMillis < 1)
      throw new IllegalArgumentException("a start limit is one restart or more within some time");
  }

  /**
   * What an agent's options say: {@code onFailure=restart,restartOn=any,startLimitBurst=3}. Empty
   * where a failed task is to be left alone; what cannot be understood counts as not said, and the
   * agent has told the program's user.
   */
  public static Optional<RestartPolicy> ofAgent(String options) {
    if (!AgentOptions.value(options, "onFailure", "").equals(RESTART)) return Optional.empty();
    try {
      return Optional.of(
          new RestartPolicy(
              AgentOptions.value(options, "restartOn", "home").equals("any"),
              millis(options, "restartDelay", USUAL.delayMillis),
              millis(options, "restartMaxDelay", USUAL.maxDelayMillis),
              Integer.parseInt(
                  AgentOptions.value(options, "startLimitBurst", "" + USUAL.startLimitBurst)),
              millis(options, "startLimitInterval", USUAL.startLimitIntervalMillis)));
    } catch (IllegalArgumentException notUnderstood) {
      return Optional.of(USUAL);
    }
  }

  /** The same, on its own node only. */
  public RestartPolicy atHome() {
    return new RestartPolicy(
        false, delayMillis, maxDelayMillis, startLimitBurst, startLimitIntervalMillis);
  }

  /** As {@link #ofAgent} reads it. */
  public String options() {
    return "onFailure=%s,restartOn=%s,restartDelay=%dms,restartMaxDelay=%dms,startLimitBurst=%d,startLimitInterval=%dms"
        .formatted(
            RESTART,
            anywhere ? "any" : "home",
            delayMillis,
            maxDelayMillis,
            startLimitBurst,
            startLimitIntervalMillis);
  }

  private static long millis(String options, String name, long usual) {
    String text = AgentOptions.value(options, name, "");
    return text.isEmpty() ? usual : Durations.parse(text).toMillis();
  }

  /**
   * How long to wait before the next restart.
   *
   * @param before how many there were within the interval
   */
  long delay(int before) {
    long factor = 1L << Math.min(before, MOST_DOUBLINGS);
    return delayMillis > maxDelayMillis / factor ? maxDelayMillis : delayMillis * factor;
  }
}
