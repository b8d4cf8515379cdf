package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.operation.OperationException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class OperationsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Operations operations = new Operations();

  @Test
  void oneAtATime() {
    try (var first = operations.begin("1", "web", "freeze")) {
      assertThatThrownBy(() -> operations.begin("1", "web", "rm"))
          .isInstanceOf(OperationException.class)
          .hasMessageContaining("task web is busy: freeze");
      operations.begin("2", "other", "freeze").close();
    }
    operations.begin("1", "web", "rm").close();
  }

  @Test
  void whatIsShortIsWaitedForAndRefusesNobody() throws Exception {
    CountDownLatch begun = new CountDownLatch(1), over = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    var shortWork =
        CompletableFuture.supplyAsync(
            () ->
                operations.between(
                    "1",
                    () -> {
                      begun.countDown();
                      awaitUninterruptibly(over);
                      done.set(true);
                    }));
    begun.await();
    CompletableFuture<Boolean> seen = new CompletableFuture<>();
    Thread waits =
        new Thread(
            () -> {
              try (var operation = operations.begin("1", "web", "rm")) {
                seen.complete(done.get());
              } catch (RuntimeException refused) {
                seen.completeExceptionally(refused);
              }
            });
    waits.start();
    await().atMost(PATIENCE).until(() -> waits.getState() == Thread.State.WAITING || seen.isDone());
    over.countDown();
    assertThat(seen.get(60, TimeUnit.SECONDS)).as("done before the operation").isTrue();
    assertThat(shortWork.get(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whereAnOperationRunsNothingShortIsDone() {
    try (var operation = operations.begin("1", "web", "freeze")) {
      AtomicBoolean done = new AtomicBoolean();
      assertThat(operations.between("1", () -> done.set(true))).isFalse();
      operations.unlessBusy("1", () -> done.set(true));
      assertThat(done).isFalse();
    }
  }
}
