package io.sojourn.repository;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which images of one task stay: the newest ones, and of the days before the last one of each day.
 *
 * @param keep how many; 0: all
 * @param keepDaily of how many days besides
 */
public record Retention(int keep, int keepDaily) {
  /**
   * @param number grows from image to image, whatever the clock does
   */
  public record Made(String name, long number, long epochMillis) {}

  /** Those that go, the oldest first. */
  public List<Made> excess(List<Made> images, ZoneId zone) {
    if (keep <= 0) return List.of();
    List<Made> newestFirst =
        images.stream().sorted(Comparator.comparingLong(Made::number).reversed()).toList();
    Set<Made> stays = new HashSet<>(newestFirst.subList(0, Math.min(keep, newestFirst.size())));
    Set<LocalDate> days = new HashSet<>();
    for (Made image : newestFirst) {
      LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(image.epochMillis()), zone);
      if (days.size() < keepDaily && days.add(day)) stays.add(image);
    }
    return newestFirst.stream()
        .filter(image -> !stays.contains(image))
        .sorted(Comparator.comparingLong(Made::number))
        .toList();
  }
}
