package io.sojourn.node.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.repository.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleTest {
  private static final long START = 1_800_000_000_000L, DAY = 86_400_000L;

  private static Schedule every(String interval, int keep) {
    return Schedule.begin(
        "0123456789ab",
        Interval.parse(interval),
        new Retention(keep, 0),
        0,
        false,
        FileWishes.NONE,
        START);
  }

  @Test
  void intervalsAreReadAndWritten() {
    assertThat(Interval.parse("5m").millis()).isEqualTo(300_000);
    assertThat(Interval.parse("1.5h").millis()).isEqualTo(5_400_000);
    assertThat(Interval.parse("auto").auto()).isTrue();
    assertThat(Durations.text(300_000)).isEqualTo("5m");
    assertThat(Durations.text(90_000)).isEqualTo("90s");
    assertThat(Durations.text(7_200_000)).isEqualTo("2h");
    assertThat(Durations.text(246_317)).isEqualTo("4.1m");
    assertThat(Durations.text(12_345)).isEqualTo("12.3s");
    for (String wrong : List.of("5", "m", "-5m", "5 weeks", "0.2s", "", "auto5"))
      assertThatThrownBy(() -> Interval.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theNextOneIsDueAnIntervalAfterTheLast() {
    Schedule schedule = every("5m", 0);
    assertThat(schedule.dueEpochMillis(START)).isEqualTo(START + 300_000);
    Schedule made = schedule.made("/images/a", 200, START + 310_000);
    assertThat(made.dueEpochMillis(START + 400_000)).isEqualTo(START + 610_000);
    assertThat(made.failed("no", START + 620_000).dueEpochMillis(START + 630_000))
        .isEqualTo(START + 920_000);
  }

  @Test
  void aClockThatIsSetBackDoesNotPutItOff() {
    Schedule made = every("5m", 0).made("/images/a", 200, START + DAY);
    assertThat(made.dueEpochMillis(START)).isEqualTo(START + 300_000);
  }

  @Test
  void theOldestAreTooMany() {
    Schedule schedule = every("5m", 2);
    assertThat(schedule.surplus(image -> START)).isEmpty();
    for (String image : List.of("a", "b", "c", "d")) schedule = schedule.made(image, 1, START);
    assertThat(schedule.surplus(image -> START)).containsExactly("a", "b");
    assertThat(schedule.without(List.of("a", "b")).images()).containsExactly("c", "d");
    assertThat(every("5m", 0).made("a", 1, START).surplus(image -> START)).isEmpty();
  }

  @Test
  void anotherRhythmKeepsWhatWasMade() {
    Schedule made = every("5m", 2).made("a", 1, START);
    Schedule changed = made.changed(every("1h", 7));
    assertThat(changed.images()).containsExactly("a");
    assertThat(changed.keep()).isEqualTo(7);
    assertThat(changed.intervalMillis(START)).isEqualTo(3_600_000);
  }

  /** √(2·1 s·86,400 s) − 1 s; a failure a day halves the time between failures that is believed. */
  @Test
  void theAutomaticIntervalIsYoungsAndDalys() {
    assertThat(YoungDaly.interval(List.of(1_000L), 0, 0)).isEqualTo(414_692);
    assertThat(YoungDaly.interval(List.of(1_000L, 9_000L, 800L), 0, 0)).isEqualTo(414_692);
    assertThat(YoungDaly.interval(List.of(1_000L), 1, 0)).isEqualTo(292_939);
    assertThat(YoungDaly.interval(List.of(1_000L), 9, 9 * DAY)).isEqualTo(414_692);
    assertThat(YoungDaly.interval(List.of(1_000L), 86_399, 0)).isEqualTo(10_000);
    assertThat(YoungDaly.interval(List.of(), 0, 0)).isEqualTo(414_692);
    assertThat(every("auto", 0).revived().intervalMillis(START)).isEqualTo(292_939);
  }

  @Test
  void theyAreFoundAgain(@TempDir Path directory) throws Exception {
    ScheduleStore store = ScheduleStore.open(directory);
    Schedule schedule = every("5m", 2).made("/images/a", 10, START).failed("full", START + 1);
    store.put(schedule);
    Files.writeString(directory.resolve("bad.json"), "{");
    ScheduleStore again = ScheduleStore.open(directory);
    assertThat(again.all()).containsExactly(schedule);
    assertThat(again.remove(schedule.task())).isTrue();
    assertThat(again.remove(schedule.task())).isFalse();
    assertThat(ScheduleStore.open(directory).all()).isEmpty();
  }
}
