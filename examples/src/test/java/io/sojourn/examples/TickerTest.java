package io.sojourn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class TickerTest {
  private static final Duration STOPPED = Duration.ofMillis(60);

  /** Wall clock, in ms since the epoch. */
  private record Hold(long fromMillis, long toMillis) {}

  @Test
  void seesThatItWasStopped() throws Exception {
    try (Ticker ticker = Ticker.start()) {
      Awaitility.await().until(() -> ticker.takeLargestNanos() > 0);
      Hold hold = hold(ticker);
      Awaitility.await().until(() -> ticker.takeLargestNanos() >= STOPPED.toNanos());
      List<Ticker.Gap> gaps = ticker.takeGaps();
      assertThat(gaps).anySatisfy(gap -> isTheStop(gap, hold));
      assertThat(ticker.takeGaps()).doesNotContainAnyElementsOf(gaps);
    }
  }

  /** The thread that ticks needs its ticker's monitor, and so stands still while another has it. */
  private static Hold hold(Ticker ticker) throws InterruptedException {
    synchronized (ticker) {
      Thread ticking =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().equals("ticker"))
              .findFirst()
              .orElseThrow();
      while (ticking.getState() != Thread.State.BLOCKED) Thread.onSpinWait();
      long from = System.currentTimeMillis();
      new Stop().within(STOPPED);
      return new Hold(from, System.currentTimeMillis());
    }
  }

  private static void isTheStop(Ticker.Gap gap, Hold hold) {
    assertThat(gap.nanos()).isGreaterThanOrEqualTo(STOPPED.toNanos());
    assertThat(gap.startMillis()).isLessThanOrEqualTo(hold.fromMillis());
    assertThat(gap.endMillis()).isGreaterThanOrEqualTo(hold.toMillis());
  }
}
