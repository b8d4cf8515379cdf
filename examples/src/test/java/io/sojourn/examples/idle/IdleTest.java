package io.sojourn.examples.idle;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.examples.Run;
import io.sojourn.examples.Stop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdleTest {
  @TempDir Path directory;

  @Test
  void endsWhenTold() {
    Stop stop = new Stop();
    stop.tell();
    assertThat(Run.of(new Idle(), stop)).isEqualTo(new Run(0, "", ""));
  }

  @Test
  void printsItsUsage() {
    assertThat(Run.of(new Idle(), "--help").out()).startsWith("usage: Idle");
  }

  @Test
  void aWrongCommandLineIsStatusTwo() {
    Run run = Run.of(new Idle(), "--sec", "1");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("Idle: unknown option: --sec\nusage: Idle");
  }

  @Test
  void sigtermEndsItWithItsOwnStatus() throws Exception {
    Path status = directory.resolve("status");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classPath = System.getProperty("java.class.path");
    Process idle =
        new ProcessBuilder(
                java.toString(), "-cp", classPath, Idle.class.getName(), "--status", status + "")
            .inheritIO()
            .start();
    try {
      Awaitility.await().until(() -> Files.exists(status) && Files.size(status) > 0);
      idle.destroy();
      assertThat(idle.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(idle.exitValue()).isZero();
    } finally {
      idle.destroyForcibly();
    }
  }
}
