package io.sojourn.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@Timeout(60)
class GuardGateTest {
  private static final long LIMIT = 20_000;
  private static final long SHORT_LIMIT = 50;

  private final GuardGate gate = new GuardGate();
  private final CountDownLatch leave = new CountDownLatch(1);

  private CheckpointGuard enter() {
    CheckpointGuard guard = gate.ofCurrentThread();
    guard.enter(gate);
    return guard;
  }

  /** Stays inside until {@link #leave}. */
  private Thread startHolder(ThreadFactory factory) throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    Thread holder =
        factory.newThread(
            () -> {
              try (CheckpointGuard guard = enter()) {
                entered.countDown();
                stayInside();
              }
            });
    holder.start();
    entered.await();
    return holder;
  }

  private void stayInside() {
    try {
      leave.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void letGo() {
    leave.countDown();
    gate.open();
  }

  @Test
  void closesAtOnceWhenNobodyIsInside() {
    try (CheckpointGuard guard = enter()) {
      assertThat(guard.isInside()).isTrue();
    }
    assertThat(gate.close(0)).isNull();
    assertThat(gate.isClosed()).isTrue();
  }

  @Test
  void waitsUntilTheOutermostRegionIsLeft() throws Exception {
    CountDownLatch innerLeft = new CountDownLatch(1);
    AtomicBoolean left = new AtomicBoolean();
    Thread holder =
        new Thread(
            () -> {
              try (CheckpointGuard outer = enter()) {
                try (CheckpointGuard inner = enter()) {
                  assertThat(inner).isSameAs(outer);
                }
                innerLeft.countDown();
                stayInside();
                // The gate is closing now: who is inside comes in again.
                try (CheckpointGuard again = enter()) {
                  left.set(true);
                }
              }
            });
    holder.start();
    innerLeft.await();
    Thread closer = new Thread(() -> assertThat(gate.close(LIMIT)).isNull());
    closer.start();
    Awaitility.await().until(gate::isClosed);
    leave.countDown();
    closer.join();
    assertThat(left).isTrue();
    assertThat(gate.isClosed()).isTrue();
  }

  @Test
  void holdsBackNewcomersUntilItOpens() throws Exception {
    assertThat(gate.close(0)).isNull();
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread newcomer =
        new Thread(
            () -> {
              try (CheckpointGuard guard = enter()) {
                inside.set(true);
                stillInterrupted.set(Thread.interrupted());
              }
            });
    newcomer.start();
    Awaitility.await().until(() -> newcomer.getState() == Thread.State.WAITING);
    newcomer.interrupt();
    Awaitility.await().until(() -> newcomer.getState() == Thread.State.WAITING);
    assertThat(inside).isFalse();
    gate.open();
    newcomer.join();
    assertThat(inside).isTrue();
    assertThat(stillInterrupted).isTrue();
  }

  @Test
  void letsInWhoIsInsideOfAnotherKind() {
    gate.letPass(() -> true);
    assertThat(gate.close(0)).isNull();
    try (CheckpointGuard guard = enter()) {
      assertThat(guard.isInside()).isTrue();
    }
  }

  @Test
  void saysWhoIsInsideAndWhereAndOpensAgain() throws Exception {
    startHolder(task -> new Thread(task, "ledger-3"));
    assertThat(gate.close(SHORT_LIMIT))
        .startsWith("thread \"ledger-3\" did not leave its guarded region within 50 ms: in ")
        .contains("called at io.sojourn.migrate.GuardGateTest.stayInside(GuardGateTest.java:");
    assertThat(gate.isClosed()).isFalse();
    try (CheckpointGuard guard = enter()) {
      assertThat(gate.close(SHORT_LIMIT)).contains("; nor did 1 other");
    }
  }

  @Test
  void aThreadThatEndedInsideIsInNobodysWay() throws Exception {
    Thread careless = new Thread(this::enter);
    careless.start();
    careless.join();
    assertThat(gate.close(0)).isNull();
  }

  @Test
  void aRegionIsLeftByItsThreadAndOnlyOnce() throws Exception {
    CheckpointGuard guard = enter();
    AtomicBoolean refused = new AtomicBoolean();
    Thread stranger =
        new Thread(
            () -> {
              assertThatThrownBy(guard::close).isInstanceOf(IllegalStateException.class);
              refused.set(true);
            });
    stranger.start();
    stranger.join();
    assertThat(refused).isTrue();
    guard.close();
    guard.close();
    try (CheckpointGuard next = enter()) {
      assertThat(next.isInside()).isTrue();
    }
    assertThat(gate.close(0)).isNull();
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void virtualThreadsAreHeldAndNamed() throws Exception {
    ThreadFactory virtual = VirtualThreads.factory("fiber-1");
    startHolder(virtual);
    assertThat(gate.close(SHORT_LIMIT)).startsWith("thread \"fiber-1\"").contains("stayInside");
    leave.countDown();
    assertThat(gate.close(LIMIT)).isNull();
    AtomicBoolean inside = new AtomicBoolean();
    Thread newcomer =
        virtual.newThread(
            () -> {
              try (CheckpointGuard guard = enter()) {
                inside.set(true);
              }
            });
    newcomer.start();
    Awaitility.await().until(() -> newcomer.getState() == Thread.State.WAITING);
    assertThat(inside).isFalse();
    gate.open();
    newcomer.join();
    assertThat(inside).isTrue();
  }

  /** What threads change and change back inside is never found changed while the gate is closed. */
  @Test
  void nobodyIsInsideWhileItIsClosed() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger inside = new AtomicInteger();
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          new Thread(
              () -> {
                while (!stop.get())
                  try (CheckpointGuard guard = enter()) {
                    inside.incrementAndGet();
                    inside.decrementAndGet();
                  }
              });
      threads[i].start();
    }
    try {
      for (int i = 0; i < 500; i++) {
        assertThat(gate.close(LIMIT)).isNull();
        for (int j = 0; j < 100; j++) assertThat(inside).hasValue(0);
        gate.open();
      }
    } finally {
      gate.open();
      stop.set(true);
      for (Thread thread : threads) thread.join(TimeUnit.SECONDS.toMillis(20));
    }
  }
}
