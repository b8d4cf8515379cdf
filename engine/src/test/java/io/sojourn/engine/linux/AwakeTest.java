package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AwakeTest {
  private static final long ROUND_TRIP = (Awake.SHORT + Awake.LONG) / 2;
  private static final long RARELY = 10 * Awake.LONG;

  private long now = 1;
  private final Awake awake = new Awake(() -> now);

  private void busyAfter(long nanos) {
    now += nanos;
    awake.busy();
  }

  private boolean againAfter(long nanos) {
    now += nanos;
    boolean again = awake.again();
    now -= nanos;
    return again;
  }

  @Test
  void looksAgainForAMoment() {
    busyAfter(RARELY);
    assertThat(againAfter(Awake.SHORT)).isTrue();
    assertThat(againAfter(Awake.SHORT + 1)).isFalse();
  }

  @Test
  void looksForARoundTripWhereOneCallFollowsTheOther() {
    for (int i = 0; i < 4; i++) {
      busyAfter(ROUND_TRIP);
      // A call is several events.
      busyAfter(1);
    }
    assertThat(againAfter(Awake.LONG)).isTrue();
    assertThat(againAfter(Awake.LONG + 1)).isFalse();
    busyAfter(RARELY);
    assertThat(againAfter(Awake.SHORT + 1)).isFalse();
  }

  /** Who has fallen asleep too early is awake for what follows. */
  @Test
  void isAwakeAgainAfterAShortSleepOnly() {
    for (int i = 0; i < 4; i++) {
      awake.sleeps();
      now += ROUND_TRIP;
      awake.wakes();
    }
    assertThat(againAfter(Awake.LONG)).isTrue();
    awake.sleeps();
    now += Awake.LONG;
    awake.wakes();
    assertThat(againAfter(1)).isFalse();
    // Nobody has slept.
    awake.wakes();
    assertThat(againAfter(1)).isFalse();
  }

  /** A stream of bytes: who makes them needs the processor more. */
  @Test
  void sleepsOnWhereMuchIsToDo() {
    for (int i = 0; i < 4; i++) {
      for (int step = 0; step < 4; step++) busyAfter(Awake.SHORT / 2);
      againAfter(1);
      now += Awake.LONG;
      awake.sleeps();
      now += 1;
      awake.wakes();
      assertThat(againAfter(0)).isFalse();
    }
    // Then calls come again.
    for (int i = 0; i < 4; i++) {
      awake.sleeps();
      now += ROUND_TRIP;
      awake.wakes();
      againAfter(1);
    }
    assertThat(againAfter(Awake.LONG)).isTrue();
  }

  /** Each is answered after a round trip, and then nothing comes. */
  @Test
  void doesNotWaitInVainForCallsThatComeNowAndThen() {
    for (int i = 0; i < 10; i++) {
      busyAfter(RARELY);
      busyAfter(ROUND_TRIP);
      assertThat(againAfter(Awake.SHORT + 1)).isFalse();
    }
  }
}
