package io.sojourn.home.deputy;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Signals of the time before a deputy's birth. What waits for the process when it turns into the
 * deputy is said like any that comes later, but for what the task has by its image.
 *
 * @param inImage by number, how many the image has of those that wait for the process; real-time
 *     signals do not merge
 * @param came seen to wait for the process after the image was made: sent again where they do not
 *     wait any more
 */
public record SignalsBefore(Map<Integer, Integer> inImage, Set<Integer> came) {
  public static final SignalsBefore NONE = new SignalsBefore(Map.of(), Set.of());

  public SignalsBefore {
    inImage = Map.copyOf(inImage);
    came = Set.copyOf(came);
  }

  String inImageText() {
    return inImage.entrySet().stream()
        .map(one -> one.getKey() + ":" + one.getValue())
        .collect(Collectors.joining(","));
  }

  String cameText() {
    return came.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
