package io.sojourn.node.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.linux.WaitStatus;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions, about processes that really end; only what a restore does is played. */
class SupervisorTest {
  private static final String TASK = "0123456789ab";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final RestartPolicy QUICK = new RestartPolicy(false, 1, 10, 3, 3_600_000);

  @TempDir Path directory;
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Played care = new Played();
  private final List<Process> started = new ArrayList<>();
  private @Nullable Supervisor supervisor;

  /** A task that is a sleeping process. */
  private final class Played implements Care {
    volatile Condition condition = Condition.ENDED;
    volatile @Nullable Incarnation life;
    volatile Optional<WaitStatus> noted = Optional.empty();
    final AtomicInteger lives = new AtomicInteger();
    final ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();

    synchronized Process start() {
      try {
        Process process = new ProcessBuilder("sleep", "1000").start();
        started.add(process);
        int pid = (int) process.pid();
        life = new Incarnation(pid, Proc.startTicks(pid), lives.incrementAndGet(), "boot");
        condition = Condition.RUNS;
        return process;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    int pid() {
      return Objects.requireNonNull(life).pid();
    }

    @Override
    public Standing standing(String task) {
      Incarnation now = life;
      boolean dead = now != null && (!Proc.exists(now.pid()) || Proc.state(now.pid()) == 'Z');
      if (condition == Condition.RUNS && dead) condition = Condition.ENDED;
      return new Standing(condition, condition == Condition.RUNS ? now : null);
    }

    @Override
    public Optional<WaitStatus> noted(String task, int incarnation) {
      return noted;
    }

    @Override
    public Optional<WaitStatus> noted(String task) {
      return noted;
    }

    @Override
    public void became(Supervised task) {}

    @Override
    public void left(String task) {}

    @Override
    public String restart(Supervised task) {
      RuntimeException failure = failures.poll();
      if (failure != null) throw failure;
      start();
      open().look(TASK);
      return "from an image";
    }
  }

  private synchronized Supervisor open() {
    Supervisor open = supervisor;
    if (open == null)
      try {
        open = Supervisor.open(directory, care, Clock.systemUTC(), workers);
        supervisor = open;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    return open;
  }

  private void close() throws InterruptedException {
    open().close();
    supervisor = null;
  }

  @AfterEach
  void end() throws InterruptedException {
    close();
    workers.shutdownNow();
    started.forEach(Process::destroyForcibly);
  }

  private Supervised.State state() {
    return open().of(TASK).map(Supervised::state).orElseThrow();
  }

  private void awaitLife(int number) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                open()
                    .of(TASK)
                    .map(Supervised::life)
                    .filter(l -> l.incarnation() == number)
                    .isPresent());
  }

  private void awaitState(Supervised.State wanted) {
    await().atMost(PATIENCE).until(() -> state() == wanted);
  }

  @Test
  void whatIsKilledRunsAgainUntilTheLimit() {
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    first.destroyForcibly();
    for (int life = 2; life <= 4; life++) {
      awaitLife(life);
      Signals.send(care.pid(), Signals.KILL);
    }
    awaitState(Supervised.State.FAILED);
    Supervised one = open().of(TASK).orElseThrow();
    assertThat(one.trouble()).contains("restarted 3 times");
    assertThat(one.lastEnd()).isEqualTo("killed 9");
    assertThat(care.lives.get()).isEqualTo(4);
  }

  @Test
  void whatEndsBeforeAnybodyHasLookedAtItRunsAgain() throws Exception {
    Process first = care.start();
    Incarnation life = care.standing(TASK).life();
    first.destroyForcibly().waitFor();
    open().begin(TASK, QUICK, 0);
    open().begun(TASK, Objects.requireNonNull(life));
    awaitLife(2);
  }

  @Test
  void whatWasAskedToEndDoesNot() {
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    first.destroy();
    awaitState(Supervised.State.ENDED);
    assertThat(care.lives.get()).isEqualTo(1);
    // Whoever makes it live again has it supervised as before.
    care.start();
    open().look(TASK);
    awaitLife(2);
    Signals.send(care.pid(), Signals.KILL);
    awaitLife(3);
  }

  @Test
  void whatEndedWhileThereWasNoDaemon() throws Exception {
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    close();
    first.destroyForcibly().waitFor();
    open().begin();
    awaitLife(2);
    close();
    Signals.send(care.pid(), Signals.KILL);
    await().atMost(PATIENCE).until(() -> care.standing(TASK).condition() == Care.Condition.ENDED);
    care.noted = Optional.of(WaitStatus.exited(0));
    open().begin();
    awaitState(Supervised.State.ENDED);
  }

  @Test
  void aFrozenTaskIsNotMissedAndABusyOneWaitedFor() {
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    care.condition = Care.Condition.BUSY;
    first.destroyForcibly();
    care.condition = Care.Condition.RESTS;
    open().look(TASK);
    await().atMost(PATIENCE).until(() -> open().of(TASK).orElseThrow().life() == null);
    assertThat(state()).isEqualTo(Supervised.State.WATCHED);
    assertThat(care.lives.get()).isEqualTo(1);
  }

  @Test
  void whatFailsOnAnotherNodeRunsAgainHere() {
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    care.condition = Care.Condition.AWAY;
    first.destroyForcibly();
    open().look(TASK);
    awaitState(Supervised.State.AWAY);
    care.noted = Optional.of(WaitStatus.killed(9));
    care.condition = Care.Condition.ENDED;
    open().look(TASK);
    awaitLife(2);
    assertThat(open().of(TASK).orElseThrow().lastEnd()).isEqualTo("killed 9");
    // What ends there as it should is left alone.
    care.condition = Care.Condition.AWAY;
    open().look(TASK);
    awaitState(Supervised.State.AWAY);
    care.noted = Optional.of(WaitStatus.exited(0));
    care.condition = Care.Condition.ENDED;
    open().look(TASK);
    awaitState(Supervised.State.ENDED);
    assertThat(care.lives.get()).isEqualTo(2);
  }

  @Test
  void whatAnotherNodeHasLostRunsAgainHere() {
    care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    care.condition = Care.Condition.AWAY;
    open().look(TASK);
    awaitState(Supervised.State.AWAY);
    care.failures.add(OperationException.failed("no room", ""));
    care.condition = Care.Condition.LOST;
    open().look(TASK);
    awaitLife(2);
    Supervised one = open().of(TASK).orElseThrow();
    assertThat(one.lastEnd()).startsWith("lost");
    assertThat(one.restarts()).hasSize(2);
  }

  @Test
  void failuresToRestartAreTriedAgainAndCounted() {
    for (int i = 0; i < 2; i++) care.failures.add(OperationException.failed("no room", ""));
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    first.destroyForcibly();
    awaitLife(2);
    Signals.send(care.pid(), Signals.KILL);
    awaitState(Supervised.State.FAILED);
    assertThat(open().of(TASK).orElseThrow().trouble()).contains("3 times");
  }

  @Test
  void whatCannotBeRestartedIsGivenUp() {
    for (int i = 0; i < 3; i++) care.failures.add(OperationException.failed("no room", ""));
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    first.destroyForcibly();
    awaitState(Supervised.State.UNABLE);
    assertThat(open().of(TASK).orElseThrow().trouble()).contains("no room", "3 times");
    care.failures.add(OperationException.notFound("it has no image", ""));
    care.start();
    open().look(TASK);
    awaitLife(2);
    Signals.send(care.pid(), Signals.KILL);
    awaitState(Supervised.State.UNABLE);
    assertThat(open().of(TASK).orElseThrow().trouble()).isEqualTo("it has no image");
  }

  @Test
  void whereNobodyCanSayItIsAskedAgainAndNothingCounts() {
    care.failures.add(new NotYetException("the bucket is away", null));
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    first.destroyForcibly();
    await()
        .atMost(PATIENCE)
        .until(() -> open().of(TASK).orElseThrow().trouble().equals("the bucket is away"));
    awaitLife(2);
    assertThat(open().of(TASK).orElseThrow().restarts()).hasSize(1);
  }

  @Test
  void whatAnotherNodeHasIsLeftToIt() {
    care.failures.add(new TakenException("b", "node b has life 7"));
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    first.destroyForcibly();
    awaitState(Supervised.State.ELSEWHERE);
    assertThat(open().of(TASK).orElseThrow().trouble()).isEqualTo("node b has it");
    open().adopt(TASK, QUICK, 0, "node b has been silent");
    awaitLife(2);
  }

  @Test
  void whatIsGoneIsForgottenAndWhoIsLeftAloneStaysDead() {
    Process first = care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(1);
    assertThat(open().end(TASK)).isTrue();
    assertThat(open().end(TASK)).isFalse();
    first.destroyForcibly();
    care.start();
    open().begin(TASK, QUICK, 0);
    awaitLife(2);
    care.condition = Care.Condition.GONE;
    Signals.send(care.pid(), Signals.KILL);
    await().atMost(PATIENCE).until(() -> open().of(TASK).isEmpty());
    assertThat(care.lives.get()).isEqualTo(2);
  }
}
