package io.sojourn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class TickerTest {
  private static final Duration STOPPED = Duration.ofMillis(60);

  @Test
  void seesThatItWasStopped() throws Exception {
    try (Ticker ticker = Ticker.start()) {
      Awaitility.await().until(() -> ticker.takeLargestNanos() > 0);
      ticker.takeGaps();
      long before = System.currentTimeMillis();
      hold(ticker);
      Awaitility.await().until(() -> ticker.takeLargestNanos() >= STOPPED.toNanos());
      List<Ticker.Gap> gaps = ticker.takeGaps();
      assertThat(gaps).anySatisfy(gap -> isTheStop(gap, before));
      assertThat(ticker.takeGaps()).doesNotContainAnyElementsOf(gaps);
    }
  }

  /** The thread that ticks needs its ticker's monitor, and so stands still while another has it. */
  private static void hold(Ticker ticker) throws InterruptedException {
    synchronized (ticker) {
      new Stop().within(STOPPED);
    }
  }

  private static void isTheStop(Ticker.Gap gap, long before) {
    assertThat(gap.nanos()).isGreaterThanOrEqualTo(STOPPED.toNanos());
    assertThat(gap.startMillis()).isBetween(before - 500, before + 500);
    assertThat(gap.endMillis() - gap.startMillis()).isGreaterThanOrEqualTo(STOPPED.toMillis() - 2);
  }
}
