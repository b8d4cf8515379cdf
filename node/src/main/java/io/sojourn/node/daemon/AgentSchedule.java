package io.sojourn.node.daemon;

import io.sojourn.node.schedule.AgentOptions;
import io.sojourn.node.schedule.FileWishes;
import io.sojourn.node.schedule.Interval;
import io.sojourn.node.schedule.Schedule;
import io.sojourn.repository.Retention;
import java.util.Optional;

/**
 * What the agent's options say of periodic checkpoints: {@code every=5m,keep=10,keepDaily=7}. The
 * agent has told the program's user of what cannot be understood.
 */
record AgentSchedule(Interval every, Retention stays) {
  static Optional<AgentSchedule> parse(String options) {
    String every = AgentOptions.value(options, "every", "");
    if (every.isEmpty()) return Optional.empty();
    try {
      return Optional.of(
          new AgentSchedule(
              Interval.parse(every),
              new Retention(count(options, "keep"), count(options, "keepDaily"))));
    } catch (IllegalArgumentException passedOver) {
      return Optional.empty();
    }
  }

  /**
   * @param key of what is to be checkpointed
   */
  Schedule begin(String key, int uid, long now) {
    return Schedule.begin(key, every, stays, uid, false, FileWishes.NONE, now);
  }

  private static int count(String options, String name) {
    return Math.max(0, Integer.parseInt(AgentOptions.value(options, name, "0")));
  }
}
