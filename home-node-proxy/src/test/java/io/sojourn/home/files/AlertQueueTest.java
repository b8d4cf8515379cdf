package io.sojourn.home.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class AlertQueueTest {
  private static final int THREADS = 4;
  private static final int PIECES = 20_000;

  private final AtomicInteger done = new AtomicInteger();

  private ThreadPoolExecutor executor() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new AlertQueue());
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** With pauses about as long as who is awake stays awake: work comes while it falls asleep. */
  @Test
  void whatIsGivenAtAnyMomentIsDoneOnce() throws InterruptedException {
    ThreadPoolExecutor executor = executor();
    CountDownLatch all = new CountDownLatch(PIECES);
    for (int i = 0; i < PIECES; i++) {
      executor.execute(
          () -> {
            done.incrementAndGet();
            all.countDown();
          });
      if (i % 10 == 0) LockSupport.parkNanos(i % 7 * 20_000);
    }
    assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
    executor.shutdown();
    assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThat(done).hasValue(PIECES);
  }

  @Test
  void whatWasGivenBeforeTheEndIsDone() throws InterruptedException {
    for (int i = 1; i <= 200; i++) {
      ThreadPoolExecutor executor = executor();
      for (int k = 0; k < 20; k++) executor.execute(done::incrementAndGet);
      executor.shutdown();
      assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      assertThat(done).hasValue(20 * i);
    }
  }

  /** One that waits for the next: that must not be left with who has taken the first. */
  @Test
  void whatComesAsOneIsTakenIsDoneByOthers() throws InterruptedException {
    ThreadPoolExecutor executor = executor();
    for (int i = 0; i < PIECES; i++) {
      CountDownLatch next = new CountDownLatch(1), both = new CountDownLatch(2);
      executor.execute(
          () -> {
            try {
              if (next.await(20, TimeUnit.SECONDS)) both.countDown();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      executor.execute(
          () -> {
            next.countDown();
            both.countDown();
          });
      assertThat(both.await(30, TimeUnit.SECONDS)).as("pair %d", i).isTrue();
    }
    executor.shutdown();
    assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  /** A call that takes long must not keep what comes after it from the other threads. */
  @Test
  void whatComesWhileOneIsBusyIsDoneByOthers() throws InterruptedException {
    ThreadPoolExecutor executor = executor();
    CountDownLatch others = new CountDownLatch(100);
    executor.execute(
        () -> {
          try {
            assertThat(others.await(60, TimeUnit.SECONDS)).isTrue();
            done.incrementAndGet();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    for (int i = 0; i < 100; i++) executor.execute(others::countDown);
    executor.shutdown();
    assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThat(done).hasValue(1);
  }
}
