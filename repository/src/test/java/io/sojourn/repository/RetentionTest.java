package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.repository.Retention.Made;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

  /** One every six hours, the last at noon; numbered from 1 on. */
  private static List<Made> everySixHours(int count) {
    List<Made> images = new ArrayList<>();
    for (int number = 1; number <= count; number++)
      images.add(made(number, NOON.minus(Duration.ofHours(6L * (count - number)))));
    return images;
  }

  private static Made made(int number, Instant when) {
    return new Made("a-" + number, number, when.toEpochMilli());
  }

  private static List<Long> gone(Retention retention, List<Made> images) {
    return retention.excess(images, ZoneOffset.UTC).stream().map(Made::number).toList();
  }

  @Test
  void theNewestStay() {
    assertThat(gone(new Retention(3, 0), everySixHours(5))).containsExactly(1L, 2L);
    assertThat(gone(new Retention(0, 0), everySixHours(5))).isEmpty();
    assertThat(gone(new Retention(9, 0), everySixHours(5))).isEmpty();
  }

  /** 12 images: 26th 0, 6, 12 (10..12); 25th (6..9); 24th (2..5); 23rd at 18 (1). */
  @Test
  void oneOfEachDayStays() {
    assertThat(gone(new Retention(2, 3), everySixHours(12)))
        .containsExactly(1L, 2L, 3L, 4L, 6L, 7L, 8L, 10L);
  }

  /** The one made last is the newest, though the clock says otherwise. */
  @Test
  void aClockThatWasSetBackDoesNotThrowTheNewestAway() {
    List<Made> images = everySixHours(4);
    images.add(made(5, NOON.minus(Duration.ofDays(300))));
    assertThat(gone(new Retention(1, 0), images)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(gone(new Retention(1, 2), images)).doesNotContain(5L, 4L);
  }
}
