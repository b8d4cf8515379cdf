package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that cannot turn into its deputy is as it was. */
@Timeout(60)
class FailuresTest {
  private static final int SLEEP_SECONDS = 20;

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void whereTheProgramIsNone() throws Exception {
    Process jvm = stage.java(Holding.class, "" + stage.place());
    try (Socket peer = connect(jvm)) {
      spoilTheProgram();
      int pid = Stage.pid(jvm);
      isAsItWas(pid);
      Signals.send(pid, Signals.CONT);
      peer.setSoTimeout(10_000);
      for (int i = 0; i < 100; i++) {
        peer.getOutputStream().write(i);
        assertThat(peer.getInputStream().read()).isEqualTo(i);
      }
    }
    leavesNothing();
  }

  @ParameterizedTest
  @ValueSource(strings = {"closing", "leaderless", "trapless", "unwritable-code"})
  void whateverItsState(String state) throws Exception {
    Process process = stage.inState(state, "5000");
    spoilTheProgram();
    isAsItWas(Stage.pid(process));
    leavesNothing();
  }

  private void isAsItWas(int pid) throws IOException {
    Stage.stop(pid);
    List<Descriptor> descriptors = Descriptor.of(pid);
    List<String> mappings = Files.readAllLines(Path.of("/proc/" + pid + "/maps"));
    List<String> status = status(pid);
    for (int round = 0; round < 3; round++) refused(pid, "cannot execute the deputy");
    assertThat(Descriptor.of(pid)).isEqualTo(descriptors);
    assertThat(Files.readAllLines(Path.of("/proc/" + pid + "/maps"))).isEqualTo(mappings);
    assertThat(status(pid)).isEqualTo(status);
  }

  /** State, threads, and what becomes of each signal. */
  private static List<String> status(int pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.matches("(Sig(Pnd|Blk|Ign|Cgt)|ShdPnd|State|Threads):.*"))
        .toList();
  }

  private void spoilTheProgram() throws IOException {
    Files.write(stage.runtime().resolve("ckpt-deputy"), new byte[] {1, 2, 3});
  }

  /** Interrupted in a call with a time limit, which the kernel has to take up again. */
  @Test
  void whereItSlept() throws Exception {
    spoilTheProgram();
    long start = System.nanoTime();
    Process atOnce = refusedAsleep(), late = refusedAsleep();
    long asleep = System.nanoTime();
    Signals.send(Stage.pid(atOnce), Signals.CONT);
    assertThat(atOnce.waitFor()).isZero();
    assertThat((System.nanoTime() - start) / 1e9).isGreaterThan(SLEEP_SECONDS - 0.1);
    // What it slept counts, and so it is over for one that goes on later. Begun anew it would last.
    long slept = (System.nanoTime() - asleep) / 1_000_000;
    Thread.sleep(Math.max(0, (SLEEP_SECONDS + 1) * 1_000 - slept));
    Signals.send(Stage.pid(late), Signals.CONT);
    assertThat(late.waitFor(SLEEP_SECONDS / 2, TimeUnit.SECONDS)).isTrue();
    assertThat(late.exitValue()).isZero();
  }

  private Process refusedAsleep() throws IOException {
    Process sleep = stage.start("sleep", "" + SLEEP_SECONDS);
    int pid = Stage.pid(sleep);
    await().until(() -> Proc.state(pid) == 'S' && Proc.command(pid).equals("sleep"));
    Stage.stop(pid);
    refused(pid, "cannot execute the deputy");
    return sleep;
  }

  @Test
  void whereItRuns() throws Exception {
    Process sleep = stage.start("sleep", "600");
    refused(Stage.pid(sleep), "it is not stopped");
    assertThat(sleep.isAlive()).isTrue();
    leavesNothing();
  }

  @Test
  void whereItIsGone() throws Exception {
    Process process = stage.start("true");
    process.waitFor();
    refused(Stage.pid(process), "there is no such process");
  }

  @Test
  void whereItIsDebugged() throws Exception {
    Process sleep = stage.start("sleep", "600");
    stage.inState("tracing", "" + Stage.pid(sleep));
    Stage.stop(Stage.pid(sleep));
    refused(Stage.pid(sleep), "is it being debugged?");
  }

  @Test
  void whereItMayCallLittle() throws Exception {
    Process confined = stage.inState("confined");
    Stage.stop(Stage.pid(confined));
    refused(Stage.pid(confined), "seccomp");
  }

  @Test
  void whereADeputyLivesAlready() throws Exception {
    Process sleep = stage.start("sleep", "600");
    Deputy deputy = stage.deputyOf(Stage.pid(sleep));
    Heard heard = Heard.of(deputy);
    Stage.stop(deputy.pid());
    heard.hears("stopped");
    refused(deputy.pid(), "a deputy lives there");
    assertThat(Proc.state(deputy.pid())).isEqualTo('T');
    Signals.send(deputy.pid(), Signals.CONT);
    // It has been connected to meanwhile, and hangs up on us then: whether it hears that we have
    // heard is left to chance.
    assertThat(heard.signals.poll(10, TimeUnit.SECONDS))
        .extracting(DeputySignal::number)
        .isEqualTo(Signals.CONT);
  }

  @Test
  void whereItMayOpenNoMore() throws Exception {
    Process full =
        stage.start(
            "bash",
            "-c",
            "ulimit -n 20; for i in {3..19}; do eval \"exec $i</dev/null\"; done 2>/dev/null; exec sleep 600");
    int pid = Stage.pid(full);
    await().until(() -> Proc.command(pid).equals("sleep"));
    Stage.stop(pid);
    refused(pid, "prlimit --nofile");
    Signals.send(pid, Signals.CONT);
    await().until(() -> Proc.state(pid) == 'S');
  }

  private void refused(int pid, String why) {
    assertThatThrownBy(() -> stage.birth().ofStopped(pid, "task" + pid, 1, SignalsBefore.NONE))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining(why);
  }

  private void leavesNothing() throws IOException {
    try (Stream<Path> left = Files.list(stage.runtime().resolveSibling("deputies"))) {
      assertThat(left).isEmpty();
    }
  }

  private static Socket connect(Process jvm) throws IOException {
    BufferedReader said = jvm.inputReader();
    return new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(said.readLine()));
  }
}
