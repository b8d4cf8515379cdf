package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Subject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Signals for a task that counts them: each must come once. One at a time is under way, as the
 * kernel would merge them.
 */
final class Interrupts {
  private final Subject task;
  private CompletableFuture<Void> next = CompletableFuture.completedFuture(null);
  private int interrupts;
  private int terminations;
  private boolean perhapsForgotten;

  Interrupts(Subject task) {
    this.task = task;
    assertThat(task.ask("signals")).isEqualTo("0 0");
  }

  /** One more, wherever the task is by then. */
  void sendAfter(int millis) {
    if (perhapsForgotten) interrupts = counts()[0];
    perhapsForgotten = false;
    next =
        CompletableFuture.runAsync(
            () -> send(Signals.INT),
            CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
    interrupts++;
  }

  private void send(int number) {
    assertThat(Signals.send(task.pid(), number)).isTrue();
  }

  /** The last is the kernel's, or has come. */
  void sent() {
    next.join();
  }

  /** Each has come. */
  void haveCome() {
    sent();
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(counts()[0]).isEqualTo(interrupts));
  }

  /** Each has come, and none will come again: that would be before one that is sent later. */
  void haveComeOnce() {
    haveCome();
    assertThat(interruptsBeforeAnother()).isEqualTo(interrupts);
  }

  /** The last may have come in a life that nobody remembers. */
  void haveComeOnceOrAreForgotten() {
    sent();
    assertThat(interruptsBeforeAnother()).isBetween(interrupts - 1, interrupts);
    perhapsForgotten = true;
  }

  /**
   * What comes after them, as it is sent later and has a higher number, says that all are there.
   */
  private int interruptsBeforeAnother() {
    send(Signals.TERM);
    terminations++;
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(counts()[1]).isEqualTo(terminations));
    return counts()[0];
  }

  private int[] counts() {
    String[] words = task.ask("signals").split(" ");
    return new int[] {Integer.parseInt(words[0]), Integer.parseInt(words[1])};
  }
}
