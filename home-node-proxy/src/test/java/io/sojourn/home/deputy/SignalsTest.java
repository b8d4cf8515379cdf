package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.JobSignals;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Signals to a deputy are told, each once, also where nobody listened for a while. */
@Timeout(60)
class SignalsTest {
  private static final int HUP = 1, INT = 2, QUIT = 3, USR1 = 10, USR2 = 12, ALRM = 14;
  private static final int TERM = 15, TSTP = 20;
  private static final int REAL_TIME = 40;
  private static final int EBADF = 9;

  @RegisterExtension final Stage stage = new Stage();

  private Deputy sleeping() throws Exception {
    return stage.deputyOf(Stage.pid(stage.start("sleep", "600")));
  }

  @Test
  void allThatCanBeCaught() throws Exception {
    Deputy deputy = sleeping();
    Heard heard = Heard.of(deputy);
    for (int signal = 1; signal <= 64; signal++) {
      // KILL, STOP; CONT is for another test; 32 and 33 are the C library's, and arrive as well.
      if (List.of(9, 18, 19).contains(signal)) continue;
      Signals.send(deputy.pid(), signal);
      heard.hears("signal " + signal);
    }
    DeputySignal first = heard.signals.remove();
    assertThat(first.senderPid()).isEqualTo((int) ProcessHandle.current().pid());
    assertThat(first.senderUid()).isZero();
    assertThat(first.code()).isZero();
    assertThat(first.fromBefore()).isFalse();
  }

  @Test
  void anIgnoredOneToo() throws Exception {
    Process parent = stage.start("sh", "-c", "trap '' HUP; exec sleep 600");
    await().until(() -> Proc.command(Stage.pid(parent)).equals("sleep"));
    Deputy deputy = stage.deputyOf(Stage.pid(parent));
    Heard heard = Heard.of(deputy);
    Signals.send(deputy.pid(), HUP);
    heard.hears("signal " + HUP);
    deputy.die(HUP);
    assertThat(parent.waitFor()).isEqualTo(128 + HUP);
  }

  /** Of a process that is sent signals while it is stopped, before it becomes a deputy. */
  private Deputy sleeping(SignalsBefore before, int... signals) throws Exception {
    int pid = Stage.pid(stage.start("sleep", "600"));
    Stage.stop(pid);
    for (int signal : signals) Signals.send(pid, signal);
    return stage.deputyOf(pid, before);
  }

  private static void hearsFromBefore(Heard heard, int signal, boolean fromBefore)
      throws Exception {
    heard.hears("signal " + signal);
    assertThat(heard.signals.remove().fromBefore()).isEqualTo(fromBefore);
  }

  @Test
  void whatTheImageHasIsMarked() throws Exception {
    Deputy deputy = sleeping(new SignalsBefore(Map.of(TERM, 1), Set.of()), TERM);
    Heard heard = Heard.of(deputy);
    Signals.send(deputy.pid(), TERM);
    hearsFromBefore(heard, TERM, true);
    hearsFromBefore(heard, TERM, false);
  }

  @Test
  void whatCameSinceIsSaidAsAnyOther() throws Exception {
    // Not by SIGINT: a program that was started in the background may have it ignored.
    Heard heard =
        Heard.of(sleeping(new SignalsBefore(Map.of(TERM, 1), Set.of()), USR1, USR2, TERM, TSTP));
    hearsFromBefore(heard, USR1, false);
    hearsFromBefore(heard, USR2, false);
    hearsFromBefore(heard, TERM, true);
    // The end of the stop in which it became a deputy has taken back SIGTSTP.
    heard.hearsNoMore();
  }

  /** They do not merge: some are in the image, and more have come. */
  @Test
  void ofRealTimeOnesAsManyAreMarkedAsTheImageHas() throws Exception {
    Heard heard =
        Heard.of(
            sleeping(
                new SignalsBefore(Map.of(REAL_TIME, 2), Set.of()),
                REAL_TIME,
                REAL_TIME,
                REAL_TIME));
    hearsFromBefore(heard, REAL_TIME, true);
    hearsFromBefore(heard, REAL_TIME, true);
    hearsFromBefore(heard, REAL_TIME, false);
    heard.hearsNoMore();
  }

  /** A thread of its took it before it stood still: the next is not to be taken for that. */
  @Test
  void whatIsOnlyInTheImageMarksNothing() throws Exception {
    Deputy deputy = sleeping(new SignalsBefore(Map.of(TERM, 1), Set.of()));
    Heard heard = Heard.of(deputy);
    Signals.send(deputy.pid(), TERM);
    hearsFromBefore(heard, TERM, false);
  }

  @Test
  void whatWasSeenAndIsThereNoMoreIsSentAgain() throws Exception {
    Heard heard =
        Heard.of(
            sleeping(new SignalsBefore(Map.of(), Set.of(INT, USR1, TSTP, REAL_TIME)), USR1, TSTP));
    for (int signal : List.of(INT, USR1, TSTP, REAL_TIME)) hearsFromBefore(heard, signal, false);
    heard.hearsNoMore();
  }

  /** It rings, and waits; the task has the timer in its image. */
  @Test
  void whatItsOwnTimerSentIsMarked() throws Exception {
    Process process = stage.inState("ringing", "1");
    int pid = Stage.pid(process);
    Stage.stop(pid);
    await().until(() -> Proc.pendingSignals(pid).contains(ALRM));
    Deputy deputy = stage.deputyOf(pid);
    Heard heard = Heard.of(deputy);
    hearsFromBefore(heard, ALRM, true);
    Signals.send(pid, ALRM);
    hearsFromBefore(heard, ALRM, false);
  }

  @Test
  void waitForADaemonThatIsAway() throws Exception {
    Deputy deputy = sleeping();
    Heard heard = Heard.of(deputy);
    Signals.send(deputy.pid(), USR1);
    heard.hears("signal " + USR1);
    // What the reader answers after that, it does after having acknowledged the signal.
    assertThat(deputy.closeDescriptor(4711).get()).isEqualTo(EBADF);
    hangUp(deputy);
    Signals.send(deputy.pid(), USR2);
    Signals.send(deputy.pid(), INT);
    Heard next = Heard.of(found());
    next.hears("signal " + INT, "signal " + USR2);
    next.hearsNoMore();
  }

  /** The first daemon dies while it is being told: only what it has heard to the end is over. */
  @Test
  void areSaidAgainWhereTheDaemonDiedInBetween() throws Exception {
    Deputy deputy = sleeping();
    BlockingQueue<Integer> begun = new LinkedBlockingQueue<>();
    deputy.listen(
        new DeputyListener() {
          @Override
          public void signal(DeputySignal signal) {
            begun.add(signal.number());
            if (signal.number() == QUIT) throw new IllegalStateException("dies here, on purpose");
            over(deputy, signal);
          }

          @Override
          public void gone() {}
        });
    Signals.send(deputy.pid(), USR1);
    assertThat(begun.poll(10, TimeUnit.SECONDS)).isEqualTo(USR1);
    Signals.send(deputy.pid(), QUIT);
    assertThat(begun.poll(10, TimeUnit.SECONDS)).isEqualTo(QUIT);
    Signals.send(deputy.pid(), USR2);
    deputy.close();
    Heard next = Heard.of(found());
    next.hears("signal " + QUIT, "signal " + USR2);
    next.hearsNoMore();
  }

  private static void over(Deputy deputy, DeputySignal signal) {
    try {
      deputy.over(signal.serial());
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** Daemons are processes here, and end by SIGKILL. */
  @Test
  void areToldOnceWhoeverIsKilled() throws Exception {
    Deputy deputy = sleeping();
    deputy.close();
    String run = stage.runtime().resolveSibling(".").normalize().toString();
    for (int life = 0; life < 3; life++) {
      Signals.send(deputy.pid(), USR1);
      Signals.send(deputy.pid(), TERM);
      Process daemon = stage.java(Listening.class, run);
      BufferedReader said = daemon.inputReader();
      List<String> lines = new ArrayList<>();
      while (lines.size() < 3) {
        String line = String.valueOf(said.readLine());
        if (!line.startsWith("SLF4J")) lines.add(line);
      }
      assertThat(lines).containsExactlyInAnyOrder("greeted", "signal 10", "signal 15");
      Signals.send(deputy.pid(), USR2);
      assertThat(said.readLine()).isEqualTo("signal 12");
      Signals.send(Stage.pid(daemon), Signals.KILL);
      assertThat(said.readLine()).isNull();
    }
  }

  /** With the next one at the door already. */
  @Test
  void whatADaemonHasOrderedIsDoneOnceThoughItIsDead() throws Exception {
    Process told =
        stage.start(
            "bash",
            "-c",
            "sleep 600 & trap 'echo heard' USR2; trap 'kill $!; echo end; exit' TERM; echo ready; while :; do wait; done");
    assertThat(told.inputReader().readLine()).isEqualTo("ready");
    Deputy deputy = sleeping();
    BlockingQueue<DeputySignal> said = new LinkedBlockingQueue<>();
    deputy.listen(
        new DeputyListener() {
          @Override
          public void signal(DeputySignal signal) {
            said.add(signal);
          }

          @Override
          public void gone() {}
        });
    Signals.send(deputy.pid(), USR1);
    DeputySignal signal = Objects.requireNonNull(said.poll(10, TimeUnit.SECONDS));
    Stage.stop(deputy.pid());
    deputy.over(signal.serial(), List.of(new JobSignals.One(Stage.pid(told), USR2)), 0);
    deputy.close();
    Deputy found = found();
    Signals.send(deputy.pid(), Signals.CONT);
    Heard next = Heard.of(found);
    next.hears("signal " + Signals.CONT);
    next.hearsNoMore();
    assertThat(told.inputReader().readLine()).isEqualTo("heard");
    Signals.send(Stage.pid(told), TERM);
    assertThat(told.inputReader().readLine()).isEqualTo("end");
  }

  /** Some wait, and those behind them are over. */
  @Test
  void onlyThoseThatAreNotOverAreSaidAgain() throws Exception {
    Deputy deputy = sleeping();
    BlockingQueue<DeputySignal> said = new LinkedBlockingQueue<>();
    deputy.listen(
        new DeputyListener() {
          @Override
          public void signal(DeputySignal signal) {
            if (signal.number() == TERM) over(deputy, signal);
            said.add(signal);
          }

          @Override
          public void gone() {}
        });
    for (int signal : List.of(USR1, TERM, USR2)) {
      Signals.send(deputy.pid(), signal);
      assertThat(Objects.requireNonNull(said.poll(10, TimeUnit.SECONDS)).number())
          .isEqualTo(signal);
    }
    deputy.close();
    Heard next = Heard.of(found());
    next.hears("signal " + USR1, "signal " + USR2);
    next.hearsNoMore();
  }

  @Test
  void moreThanItKeepsStayWithTheKernel() throws Exception {
    Deputy deputy = sleeping();
    for (int i = 0; i < 200; i++) Signals.send(deputy.pid(), REAL_TIME);
    Heard heard = Heard.of(deputy);
    for (int i = 0; i < 200; i++) heard.hears("signal " + REAL_TIME);
    heard.hearsNoMore();
  }

  @Test
  void anotherDaemonTakesOver() throws Exception {
    Deputy deputy = sleeping();
    Heard old = Heard.of(deputy);
    Heard young = Heard.of(found());
    assertThat(old.next()).startsWith("lost");
    Signals.send(deputy.pid(), USR1);
    young.hears("signal " + USR1);
  }

  @Test
  void aStopThatNobodyCanCatchIsSeen() throws Exception {
    Deputy deputy = sleeping();
    Heard heard = Heard.of(deputy);
    for (int round = 0; round < 3; round++) {
      Signals.send(deputy.pid(), Signals.STOP);
      heard.hears("stopped");
      Signals.send(deputy.pid(), Signals.CONT);
      heard.hears("signal " + Signals.CONT);
      await().until(() -> Proc.state(deputy.pid()) == 'S');
    }
  }

  /** As the kernel does it for a stopped process: who goes on has no stop left to come. */
  @Test
  void aContinueTakesBackAStopThatNobodyHasHeard() throws Exception {
    Deputy deputy = sleeping();
    Heard.of(deputy);
    hangUp(deputy);
    Signals.send(deputy.pid(), TSTP);
    Signals.send(deputy.pid(), Signals.CONT);
    Heard heard = Heard.of(found());
    heard.hears("signal " + Signals.CONT);
    heard.hearsNoMore();
  }

  /** Timers of alarm(2) survive an execve, and the task has its own in the image. */
  @Test
  void anAlarmOfTheTaskDoesNotRing() throws Exception {
    Process timeout = stage.start("timeout", "10", "sleep", "600");
    Stage.child(timeout, "sleep");
    Deputy deputy = stage.deputyOf(Stage.pid(timeout));
    Heard heard = Heard.of(deputy);
    Thread.sleep(11_000);
    heard.hearsNoMore();
  }

  /** Until it has noticed: what comes after that stays in the kernel. */
  private static void hangUp(Deputy deputy) {
    List<Integer> own =
        Descriptor.of(deputy.pid()).stream().map(Descriptor::number).filter(deputy::owns).toList();
    assertThat(own).hasSize(3);
    deputy.close();
    await()
        .until(
            () ->
                Descriptor.of(deputy.pid()).stream()
                    .noneMatch(held -> held.number() == own.get(2)));
  }

  private Deputy found() throws Exception {
    List<Deputy> found = stage.directory().find();
    assertThat(found).hasSize(1);
    return stage.own(found.get(0));
  }
}
