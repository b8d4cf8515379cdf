package io.sojourn.node.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyBirth;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.home.deputy.SignalsBefore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Home's daemon is killed behind each step between hearing a signal and telling the deputy that it
 * is over: the task gets it once. The deputy is a real one; the test is the guest node.
 */
@Timeout(60)
class SignalsOverDeathTest {
  private static final int USR1 = 10, USR2 = 12, REAL_TIME = 40, LAST = 50;

  @TempDir Path home;
  private final List<Process> started = new ArrayList<>();
  private final SentSignals guest = new SentSignals();
  private final List<Integer> task = new ArrayList<>();
  private int deputy;

  @BeforeEach
  void deputy() throws Exception {
    Path runtime = Files.createDirectory(home.resolve("runtime"));
    for (String program : List.of("ckpt-shim", "ckpt-deputy"))
      try (InputStream in = getClass().getResourceAsStream("/native/linux-x86_64/" + program)) {
        Files.copy(Objects.requireNonNull(in), runtime.resolve(program));
        Files.setPosixFilePermissions(
            runtime.resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    Process sleep = start(new ProcessBuilder("sh", "-c", "kill -STOP $$; exec sleep 600"));
    deputy = (int) sleep.pid();
    while (Proc.state(deputy) != 'T') Thread.onSpinWait();
    try (Deputy born =
        new DeputyBirth(runtime, new DeputyDirectory(home))
            .ofStopped(deputy, "task", 1, SignalsBefore.NONE)) {
      assertThat(born.lives()).isTrue();
    }
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private Process start(ProcessBuilder what) throws IOException {
    Process process = what.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    started.add(process);
    return process;
  }

  private Process daemon(HomeToKill.Step step) throws IOException {
    return start(
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            HomeToKill.class.getName(),
            home.toString(),
            step.name()));
  }

  /** Passes on what the daemon says, until it says this. */
  private void until(Process daemon, String last) throws IOException {
    for (String line; (line = daemon.inputReader().readLine()) != null; ) {
      if (line.startsWith("pass ")) {
        String[] words = line.split(" ");
        guest.once(Long.parseLong(words[1]), () -> task.add(Integer.parseInt(words[2])));
        daemon.outputWriter().write("done\n");
        daemon.outputWriter().flush();
      }
      if (line.equals(last)) return;
    }
    throw new IOException("the daemon ends before it says: " + last);
  }

  private void send(int... signals) {
    for (int signal : signals) Signals.send(deputy, signal);
  }

  @ParameterizedTest
  @EnumSource(
      value = HomeToKill.Step.class,
      names = {"HEARD", "PASSED", "OVER"})
  void itComesOnce(HomeToKill.Step step) throws Exception {
    for (int death = 0; death < 2; death++) {
      Process daemon = daemon(step);
      if (death == 0) send(USR1, REAL_TIME, REAL_TIME);
      until(daemon, "stands");
      if (death == 0) send(USR2);
      daemon.destroyForcibly().waitFor();
    }
    Process last = daemon(HomeToKill.Step.NONE);
    // The kernel has those with lower numbers come first.
    send(LAST);
    until(last, "over " + LAST);
    assertThat(task).containsExactlyInAnyOrder(USR1, USR2, REAL_TIME, REAL_TIME, LAST);
  }
}
