package io.sojourn.node.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class VacancyTest {
  private final AtomicLong clock = new AtomicLong();
  private final Vacancy vacancy = new Vacancy(() -> true, () -> true, clock::get);

  private void passes(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  private CompletableFuture<Void> end() throws InterruptedException {
    Thread.State asleep = Thread.State.TIMED_WAITING;
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                vacancy.await();
                end.complete(null);
              } catch (InterruptedException e) {
                end.completeExceptionally(e);
              }
            });
    waiting.setDaemon(true);
    waiting.start();
    while (!end.isDone() && waiting.getState() != asleep) Thread.sleep(1);
    return end;
  }

  /** On a busy machine it takes longer to become warm than a daemon may take to come. */
  @Test
  void whoWasLongInBecomingWarmWaitsForItsDaemon() throws Exception {
    passes(Duration.ofSeconds(20));
    CompletableFuture<Void> end = end();
    assertThat(end).isNotDone();
    Runnable leaves = vacancy.attended(true);
    passes(Duration.ofMinutes(1));
    leaves.run();
    assertThat(end).isNotDone();
    passes(Duration.ofSeconds(11));
    end.get(30, TimeUnit.SECONDS);
  }

  @Test
  void nobodyWaitsForDaemonsThatNeverCome() throws Exception {
    CompletableFuture<Void> end = end();
    passes(Duration.ofSeconds(11));
    end.get(30, TimeUnit.SECONDS);
  }

  @Test
  void whoIsToldToEndWaitsForNobody() throws Exception {
    CompletableFuture<Void> end = end();
    assertThat(vacancy.endNow()).isTrue();
    end.get(30, TimeUnit.SECONDS);
  }
}
