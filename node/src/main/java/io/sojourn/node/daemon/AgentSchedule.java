package io.sojourn.node.daemon;

import io.sojourn.node.schedule.Interval;
import java.util.Optional;

/**
 * What the agent's options say of periodic checkpoints: {@code every=5m,keep=10,keepDaily=7}. The
 * agent has told the program's user of what cannot be understood.
 */
record AgentSchedule(Interval every, int keep, int keepDaily) {
  static Optional<AgentSchedule> parse(String options) {
    String every = "", keep = "0", keepDaily = "0";
    for (String option : options.split(",")) {
      if (option.startsWith("every=")) every = option.substring(6);
      if (option.startsWith("keep=")) keep = option.substring(5);
      if (option.startsWith("keepDaily=")) keepDaily = option.substring(10);
    }
    if (every.isEmpty()) return Optional.empty();
    try {
      return Optional.of(new AgentSchedule(Interval.parse(every), count(keep), count(keepDaily)));
    } catch (IllegalArgumentException passedOver) {
      return Optional.empty();
    }
  }

  private static int count(String text) {
    return Math.max(0, Integer.parseInt(text));
  }
}
