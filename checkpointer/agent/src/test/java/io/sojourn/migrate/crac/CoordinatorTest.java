package io.sojourn.migrate.crac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The test's own thread is the control thread. */
@Timeout(60)
class CoordinatorTest {
  private static final Duration LONG = Duration.ofSeconds(30), SHORT = Duration.ofMillis(200);

  private final GlobalContext global = new GlobalContext();
  private final Coordinator coordinator = new Coordinator(global);
  private final Recorder.Log log = new Recorder.Log();
  private final CopyOnWriteArrayList<Object> alive = new CopyOnWriteArrayList<>();

  @AfterEach
  void keepThem() {
    Reference.reachabilityFence(alive);
  }

  @Test
  void notifiesOnAThreadThatKeepsTheProgramAlive() {
    CopyOnWriteArrayList<Thread> threads = new CopyOnWriteArrayList<>();
    register(
        "a", () -> threads.add(Thread.currentThread()), () -> threads.add(Thread.currentThread()));
    assertThat(coordinator.beforeStop(LONG)).isNull();
    assertThat(threads.get(0).isAlive()).isTrue();
    assertThat(threads.get(0).isDaemon()).isFalse();
    assertThat(threads.get(0).getThreadGroup().getName()).isEqualTo("main");
    assertThat(coordinator.afterStop(true)).isNull();
    assertThat(threads)
        .hasSize(2)
        .containsOnly(threads.get(0))
        .doesNotContain(Thread.currentThread());
  }

  @Test
  void callbacksSeeTheClassLoaderOfWhoRegistered() {
    ClassLoader mine = new ClassLoader(null) {};
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    CopyOnWriteArrayList<ClassLoader> seen = new CopyOnWriteArrayList<>();
    Thread.currentThread().setContextClassLoader(mine);
    register("a", () -> seen.add(Thread.currentThread().getContextClassLoader()), () -> {});
    Thread.currentThread().setContextClassLoader(before);
    coordinator.beforeStop(LONG);
    coordinator.afterStop(true);
    assertThat(seen).containsExactly(mine);
  }

  @Test
  void aRefusalSaysWhoAndWhyAndAllAreBackAtWork() {
    register("a", () -> {}, () -> {});
    register(
        "b",
        () -> {
          throw new IllegalStateException("still busy");
        },
        () -> {
          throw new IllegalStateException("and worse");
        });
    assertThat(coordinator.beforeStop(LONG))
        .startsWith(
            "2 resources refused the checkpoint: java.lang.IllegalStateException: still busy")
        .contains("IllegalStateException: and worse")
        .contains("\tat " + CoordinatorTest.class.getName());
    assertThat(log.lines()).containsExactly("before b", "before a", "after a", "after b");
  }

  @Test
  void whatFailsAfterwardsIsReported() {
    register(
        "a",
        () -> {},
        () -> {
          throw new IllegalStateException("port taken");
        });
    assertThat(coordinator.beforeStop(LONG)).isNull();
    assertThat(coordinator.afterStop(true))
        .contains("failed after the checkpoint")
        .contains("port taken");
  }

  @Test
  void aResourceThatHangsIsNamedAndLaterTakenBack() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    register("never notified", () -> {}, () -> {});
    register("the slow pool", release::await, () -> {});
    register("quick", () -> {}, () -> {});
    assertThat(coordinator.beforeStop(SHORT))
        .startsWith("the slow pool.beforeCheckpoint has not come back within 200 ms")
        .contains("CountDownLatch.await");
    assertThat(coordinator.beforeStop(SHORT))
        .startsWith("callbacks of the last checkpoint still run: the slow pool.beforeCheckpoint");
    release.countDown();
    await().until(() -> log.lines().contains("after quick"));
    assertThat(log.lines())
        .containsExactly(
            "before quick", "before the slow pool", "after the slow pool", "after quick");
    await().until(() -> coordinator.beforeStop(LONG) == null);
    assertThat(coordinator.afterStop(true)).isNull();
  }

  @Test
  void aResourceThatHangsAfterwardsIsNamed() {
    CountDownLatch release = new CountDownLatch(1);
    register("slow", () -> {}, release::await);
    assertThat(coordinator.beforeStop(SHORT)).isNull();
    assertThat(coordinator.afterStop(true))
        .startsWith("slow.afterRestore has not come back within 200 ms");
    release.countDown();
  }

  @Test
  void aProgramsOwnRequestRunsTheCallbacksOnItsThread() throws Exception {
    Daemon daemon = new Daemon();
    CopyOnWriteArrayList<Thread> threads = new CopyOnWriteArrayList<>();
    register(
        "a", () -> threads.add(Thread.currentThread()), () -> threads.add(Thread.currentThread()));
    Program program = new Program();
    await().until(() -> daemon.knocked);
    assertThat(daemon.request).isEqualTo("freeze");
    assertThat(coordinator.beforeStop(LONG)).isNull();
    assertThat(daemon.request).as("in the image").isEmpty();
    assertThat(program.outcome).isNotDone();
    assertThat(coordinator.afterStop(true)).isNull();
    assertThat(program.outcome.get()).isEqualTo("restored");
    assertThat(threads).hasSize(2).containsOnly(program.thread);
  }

  @Test
  void theDaemonsRefusalReachesTheProgram() throws Exception {
    Daemon daemon = new Daemon();
    register("a", () -> {}, () -> {});
    Program program = new Program();
    await().until(() -> daemon.knocked);
    coordinator.answered("io_uring is in use");
    assertThat(program.outcome.get()).isInstanceOf(CheckpointException.class);
    assertThat(program.reasons()).containsExactly("io_uring is in use");
    assertThat(log.lines()).isEmpty();
    assertThat(daemon.request).isEmpty();
  }

  @Test
  void aCheckpointThatWasGivenUpAfterTheCallbacksSaysWhy() throws Exception {
    Daemon daemon = new Daemon();
    register("a", () -> {}, () -> {});
    Program program = new Program();
    await().until(() -> daemon.knocked);
    assertThat(coordinator.beforeStop(LONG)).isNull();
    coordinator.afterStop(false);
    coordinator.answered("the disk is full");
    assertThat(program.outcome.get()).isInstanceOf(CheckpointException.class);
    assertThat(program.reasons()).containsExactly("the disk is full");
    assertThat(log.lines()).containsExactly("before a", "after a");
  }

  @Test
  void aFailureOnTheWayBackIsARestoreException() throws Exception {
    Daemon daemon = new Daemon();
    register(
        "a",
        () -> {},
        () -> {
          throw new IllegalStateException("port taken");
        });
    Program program = new Program();
    await().until(() -> daemon.knocked);
    coordinator.beforeStop(LONG);
    coordinator.afterStop(true);
    assertThat(program.outcome.get()).isInstanceOf(RestoreException.class);
    assertThat(program.reasons()).containsExactly("port taken");
  }

  @Test
  void whereNobodyListensItIsUnsupportedAndNobodyIsNotified() throws Exception {
    register("a", () -> {}, () -> {});
    CheckpointException withoutAgent =
        catchThrowableOfType(CheckpointException.class, coordinator::request);
    assertThat(withoutAgent.getSuppressed()[0]).isInstanceOf(UnsupportedOperationException.class);
    new Daemon().listens = false;
    CheckpointException withoutDaemon =
        catchThrowableOfType(CheckpointException.class, coordinator::request);
    assertThat(withoutDaemon.getSuppressed()[0])
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("ckptd");
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void aCallbackMayNotAskForACheckpoint() {
    new Daemon();
    register("a", coordinator::request, () -> {});
    assertThat(coordinator.beforeStop(LONG))
        .contains("a callback of a checkpoint asks for another");
  }

  /** Whatever comes and goes meanwhile: nobody hears of one side only, or twice. */
  @Test
  void manyRoundsWhileThreadsRegisterAndForget() throws Exception {
    CopyOnWriteArrayList<String> wrong = new CopyOnWriteArrayList<>();
    AtomicBoolean ended = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                ArrayDeque<Resource> held = new ArrayDeque<>();
                while (!ended.get()) {
                  Resource resource = new Alternating(wrong);
                  held.add(resource);
                  global.register(resource);
                  if (held.size() > 50) held.remove();
                  LockSupport.parkNanos(200_000);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (int i = 0; i < 200; i++) {
      assertThat(coordinator.beforeStop(LONG)).isNull();
      if (i % 50 == 0) System.gc();
      assertThat(coordinator.afterStop(i % 2 == 0)).isNull();
    }
    ended.set(true);
    for (Thread thread : threads) thread.join();
    assertThat(wrong).isEmpty();
  }

  @Test
  void anInterruptIsKeptForLater() throws Exception {
    Daemon daemon = new Daemon();
    Program program = new Program();
    await().until(() -> daemon.knocked);
    program.thread.interrupt();
    assertThat(coordinator.beforeStop(LONG)).isNull();
    program.thread.interrupt();
    assertThat(coordinator.afterStop(true)).isNull();
    assertThat(program.outcome.get()).isEqualTo("restored");
    assertThat(program.interrupted).isTrue();
  }

  private void register(String name, Recorder.Action before, Recorder.Action after) {
    Recorder recorder = new Recorder(name, log, before, after);
    alive.add(recorder);
    global.register(recorder);
  }

  private record Alternating(List<String> wrong, AtomicBoolean inside) implements Resource {
    Alternating(List<String> wrong) {
      this(wrong, new AtomicBoolean());
    }

    @Override
    public void beforeCheckpoint(Context<? extends Resource> context) {
      if (!inside.compareAndSet(false, true)) wrong.add("before twice");
    }

    @Override
    public void afterRestore(Context<? extends Resource> context) {
      if (!inside.compareAndSet(true, false)) wrong.add("after without before");
    }
  }

  private final class Daemon implements NodeDaemon {
    volatile String request = "";
    volatile boolean knocked;
    volatile boolean listens = true;

    Daemon() {
      coordinator.connect(this);
    }

    @Override
    public void ask(String request) {
      this.request = request;
    }

    @Override
    public boolean knock() {
      knocked = true;
      return listens;
    }
  }

  private final class Program implements Runnable {
    final CompletableFuture<Object> outcome = new CompletableFuture<>();
    final Thread thread = new Thread(this, "the program");
    volatile boolean interrupted;

    Program() {
      thread.start();
    }

    @Override
    public void run() {
      try {
        coordinator.request();
        interrupted = Thread.currentThread().isInterrupted();
        outcome.complete("restored");
      } catch (Exception thrown) {
        outcome.complete(thrown);
      }
    }

    String[] reasons() {
      Throwable thrown = (Throwable) outcome.join();
      return java.util.Arrays.stream(thrown.getSuppressed())
          .map(Throwable::getMessage)
          .toArray(String[]::new);
    }
  }
}
